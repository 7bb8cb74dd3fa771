/**
 * For those who write a token store: its types, the rules that every store keeps, and the store in memory.
 * @module
 */
export type { Lease, TokenKey, TokenRecord, TokenStore } from './cache/token-store.ts'
export { tokenKeyText } from './cache/token-store.ts'
export { type StoreRule, tokenStoreContract } from './stores/contract.ts'
export { memoryTokenStore } from './stores/memory-store.ts'
