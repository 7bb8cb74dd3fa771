import { inSpan } from '../source/tracing.ts'
import type { GetTokenOptions } from '../types.ts'
import type { AuthenticationRecord } from '../user/authentication-record.ts'
import type { UserSignIn } from '../user/user-sign-in.ts'
import { Credential, sourceOf } from './credential.ts'

/** The base of the credentials for people, who can also be asked to sign in, and can sign out. */
export abstract class UserCredential extends Credential<GetTokenOptions, UserSignIn> {
  /**
   * Signs the user in, unless somebody is already signed in, and resolves to a record of the account. Keep the record
   * (it contains no secrets), and pass it as `authenticationRecord` to continue as the same user in the next process.
   *
   * @param scopes - What the user should consent to. Default: Azure Resource Manager of the credential's cloud.
   */
  authenticate(scopes?: string | string[], options?: GetTokenOptions): Promise<AuthenticationRecord> {
    const person = sourceOf<UserSignIn>(this)
    return inSpan(this, 'authenticate', options, (asked) => person.authenticate(scopes, asked))
  }

  /** Forgets the account and removes its tokens, also from the store. The next `getToken` asks for a new sign-in. */
  signOut(): Promise<void> {
    return sourceOf<UserSignIn>(this).signOut()
  }
}
