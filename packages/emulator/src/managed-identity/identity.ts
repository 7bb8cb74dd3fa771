/** A managed identity with all its ids, GUIDs in lower case. */
export interface ManagedIdentity {
  readonly name: string
  readonly system: boolean
  readonly clientId: string
  readonly objectId: string
  readonly resourceId: string
  readonly tenantId: string
}
