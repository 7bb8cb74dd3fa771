import { authenticationRecord } from './behaviour/authentication-record.ts'
import { bearerTokenProvider } from './behaviour/bearer-token-provider.ts'
import { cache } from './behaviour/cache.ts'
import { certificates } from './behaviour/certificates.ts'
import { chain } from './behaviour/chain.ts'
import { compare } from './behaviour/compare.ts'
import { constructors } from './behaviour/constructors.ts'
import { defaultChain } from './behaviour/default-chain.ts'
import { developerTools } from './behaviour/developer-tools.ts'
import { deviceCodes } from './behaviour/device-codes.ts'
import { errors } from './behaviour/errors.ts'
import { federation } from './behaviour/federation.ts'
import { logging } from './behaviour/logging.ts'
import { managedIdentity } from './behaviour/managed-identity.ts'
import { options } from './behaviour/options.ts'
import { people } from './behaviour/people.ts'
import { tokenRequests } from './behaviour/token-requests.ts'
import { tracing } from './behaviour/tracing.ts'

// What programs lean on, in both libraries. The README says that nothing changes but what the migration guide tells.
compare({
  ...{ constructors, errors, options, tokenRequests, cache, certificates, federation, managedIdentity, developerTools },
  ...{ people, deviceCodes, chain, defaultChain, bearerTokenProvider, authenticationRecord, logging, tracing },
})
