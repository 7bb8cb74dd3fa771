import type { ReceivedRequest } from '../received-request.ts'

/** The name of the cloud that an authority is of: the host as it was asked, less its `login.`, such as `microsoftonline.com`. */
export function cloudInstance({ hostname }: ReceivedRequest): string {
  return hostname.replace(/^login\./, '')
}
