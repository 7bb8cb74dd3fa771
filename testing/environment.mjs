// What a developer's machine or a pipeline may hold of a real Azure identity, of a proxy, or of laxer TLS. A test
// that saw them could sign in as a person, or send loopback's requests elsewhere.
const FOREIGN = /^(AZURE_|ARM_|IDENTITY_|IMDS_|MSI_|NODE_TLS_REJECT_UNAUTHORIZED$|(HTTPS?|ALL|NO)_PROXY$)/i

/**
 * Whether a variable belongs to the machine's owner.
 * @param {string} name
 */
export function isForeign(name) {
  return FOREIGN.test(name)
}

/**
 * This process's environment without what belongs to the machine's owner, plus `additions`.
 * @param {NodeJS.ProcessEnv} [additions]
 * @returns {NodeJS.ProcessEnv}
 */
export function cleanEnvironment(additions = {}) {
  const kept = Object.entries(process.env).filter(([name]) => !isForeign(name) && name !== 'NODE_ENV')
  return { ...Object.fromEntries(kept), ...additions }
}
