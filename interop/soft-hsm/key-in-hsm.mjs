import { createPublicKey } from 'node:crypto'
import { createRequire } from 'node:module'

// Loaded by hand: it is installed only where SoftHSM is, and neither compilers nor bundlers should look for it.
const load = createRequire(import.meta.url)

/**
 * Opens the one RSA key of a token by PKCS#11. Its private part stays there; `sign` has the token sign.
 * @param {{ library: string, token: string, pin: string }} hsm
 */
export function openKeyInHsm({ library, token, pin }) {
  const pkcs11js = load('pkcs11js')
  const hsm = new pkcs11js.PKCS11()
  hsm.load(library)
  hsm.C_Initialize()
  const isToken = (/** @type {Buffer} */ slot) => hsm.C_GetTokenInfo(slot).label.trim() === token
  const session = hsm.C_OpenSession(hsm.C_GetSlotList(true).find(isToken), pkcs11js.CKF_SERIAL_SESSION)
  hsm.C_Login(session, pkcs11js.CKU_USER, pin)

  const keyOf = (/** @type {number} */ kind) => {
    hsm.C_FindObjectsInit(session, [{ type: pkcs11js.CKA_CLASS, value: kind }])
    const key = hsm.C_FindObjects(session)
    hsm.C_FindObjectsFinal(session)
    return key
  }
  const privateKey = keyOf(pkcs11js.CKO_PRIVATE_KEY)
  const attribute = (/** @type {Buffer} */ key, /** @type {number} */ type) =>
    /** @type {Buffer} */ (hsm.C_GetAttributeValue(session, key, [{ type }])[0].value)

  const { CKM_SHA256, CKM_SHA256_RSA_PKCS, CKM_SHA256_RSA_PKCS_PSS, CKG_MGF1_SHA256 } = pkcs11js
  const pss = { type: pkcs11js.CK_PARAMS_RSA_PSS, hashAlg: CKM_SHA256, mgf: CKG_MGF1_SHA256, saltLen: 32 }
  const mechanisms = {
    PS256: { mechanism: CKM_SHA256_RSA_PKCS_PSS, parameter: pss },
    RS256: { mechanism: CKM_SHA256_RSA_PKCS },
  }
  return {
    publicKey() {
      const key = keyOf(pkcs11js.CKO_PUBLIC_KEY)
      const n = attribute(key, pkcs11js.CKA_MODULUS).toString('base64url')
      const e = attribute(key, pkcs11js.CKA_PUBLIC_EXPONENT).toString('base64url')
      return createPublicKey({ key: { kty: 'RSA', n, e }, format: 'jwk' })
    },
    /** @param {Uint8Array} input @param {'PS256' | 'RS256'} algorithm @returns {Uint8Array} */
    sign(input, algorithm) {
      hsm.C_SignInit(session, mechanisms[algorithm], privateKey)
      return hsm.C_Sign(session, Buffer.from(input), Buffer.alloc(256))
    },
    /** Tries to read the private exponent; throws what the token says. */
    privateExponent: () => attribute(privateKey, pkcs11js.CKA_PRIVATE_EXPONENT),
    [Symbol.dispose]() {
      hsm.C_Finalize()
      hsm.close()
    },
  }
}
