import type { Check } from './check.ts'
import { authority } from './checks/authority.ts'
import { certificate } from './checks/certificate.ts'
import { clock } from './checks/clock.ts'
import { connections } from './checks/connections.ts'
import { developerTools } from './checks/developer-tools.ts'
import { environment } from './checks/environment.ts'
import { federatedToken } from './checks/federated-token.ts'
import { federation } from './checks/federation.ts'
import { fileModes } from './checks/file-modes.ts'
import { identifiers } from './checks/identifiers.ts'
import { identityEndpoint } from './checks/identity-endpoint.ts'
import { managedIdentity } from './checks/managed-identity.ts'
import { outcome } from './checks/outcome.ts'
import { refusal } from './checks/refusal.ts'
import { tokenCredentials } from './checks/token-credentials.ts'
import { trustStore } from './checks/trust-store.ts'
import { variableNames } from './checks/variable-names.ts'
import { variableValues } from './checks/variable-values.ts'

/** Everything that is looked at. */
export const allChecks: readonly Check[] = [
  variableNames,
  variableValues,
  environment,
  identifiers,
  tokenCredentials,
  identityEndpoint,
  authority,
  trustStore,
  connections,
  clock,
  federatedToken,
  federation,
  certificate,
  refusal,
  managedIdentity,
  developerTools,
  outcome,
  fileModes,
]
