/** An id of Entra ID, in any capitals. */
export const guid: RegExp = /^[\da-f]{8}-(?:[\da-f]{4}-){3}[\da-f]{12}$/i
