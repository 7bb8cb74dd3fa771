/**
 * The X.509 library, loaded with the first certificate: its import takes longer than all the rest of the emulator's.
 * `reflect-metadata` comes first, because the library looks for it while it loads.
 */
export async function loadX509(): Promise<typeof import('@peculiar/x509')> {
  await import('reflect-metadata')
  return import('@peculiar/x509')
}
