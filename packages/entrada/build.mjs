/** Builds this package: how its code is divided among files, and the rest in `scripts/build-package.mjs`. */
import { dirname } from 'node:path'
import { argv } from 'node:process'
import { fileURLToPath } from 'node:url'
import { buildPackage, writeDeclarations, writeModules } from '../../scripts/build-package.mjs'

/** What every first token needs, in one file: each further file would cost a start about half a millisecond. */
const firstToken =
  /^(?:cache\/(?:clock-settings|flights|freshness|keep-token|token-counts|token-flight|token-renewal)|http\/(?:client|exchange|failure|load-node-transport|retry|retry-after|request-secrets|request-span)|runtime\/(?:base64url|foreign-error|hide-in-text|known-secrets|one-line|sleep|trace)|source\/(?:check-call|record-key|unreadable-call)|oauth\/(?:endpoints|grants|token-endpoint|token-response))$/

/**
 * How the ES modules are divided, for bundlers. A bundler that uses a module keeps all that it may load on demand, so a
 * class that loads something of its own is a file of its own (`CLASS-credential.js`), and `core.js` is what the others share.
 * What is loaded on demand is in few files, by the occasion: each adds its own overhead, and compresses alone.
 * Paths from `src`, without the extension; the first match counts.
 * @type {readonly (readonly [string, RegExp])[]}
 */
const moduleFiles = [
  ['core', /^runtime\/own-user-id$/],
  ['request', firstToken],
  [
    'request',
    /^(?:runtime\/(?:foreign-error|import-by-name)|oauth\/resource|http\/http-client-transport|token-life|version)$/,
  ],
  [
    'refusal',
    /^(?:oauth\/(?:refusal|remedies|redaction|jwt)|http\/network-error|runtime\/secrets-in-text|cache\/expected-identity)$/,
  ],
  ['node-transport', /^http\/(?:no-proxy|node-transport|proxy|tunnel-agent|pinned-agent)$/],
  [
    'occasional',
    /^(?:source\/(?:traced-call|unknown-options|regional-endpoint|token-info)|oauth\/(?:region|client-proof)|runtime\/(?:web-digest|loaded-module)|runtime\/log\/(?:event-log|log-sink))$/,
  ],
  [
    'occasional',
    /^(?:cache\/(?:store-access|find-or-lease|pending-writes|token-store)|stores\/(?:load-persistent-store|record-life))$/,
  ],
  ['files', /^runtime\/files\/(?:files|file-system|guarded-read|shared-files)$/],
  ['envelope', /^stores\/(?:encryption-keys|envelope|node-crypto|record-name)$/],
  [
    'open-file-store',
    /^(?:stores\/(?:open-file-store|file-(?!store)|key-file|store-folder)|runtime\/(?:files\/(?:private-files|folder-trust)|process\/this-process))/,
  ],
  ['msal-locations', /^msal\/locations$/],
  ['persistent-store', /^stores\/persistent-store$/],
  ['msal-store', /^(?:stores\/msal-store|msal\/(?!environments$).+|runtime\/equal-ignoring-case)$/],
  ['pkcs12', /^certificates\/(?:encrypted-key|open-pkcs12|decrypt|derivation|password-key|pkcs12|rc2|read-pkcs12)/],
  ['certificate', /^(?:certificates\/|oauth\/signed-assertion$)/],
  ['host-endpoint', /^managed-identity\/(?!identity$|detect-host$|user-assigned$)/],
  [
    'ask-tool',
    /^(?:developer-tools\/(?!arguments$|profile$|tool-location$|tool$).+|runtime\/process\/(?:child|run-program|windows-.*))$/,
  ],
  [
    'ask-in-browser',
    /^(?:user\/ask-in-browser|sign-in\/(?:browser-sign-in|end-page|loopback|start-browser)|runtime\/loopback-server)$/,
  ],
  ['ask-in-page', /^(?:user\/ask-in-page|page\/(?!return-from-sign-in)|stores\/session-store)/],
  ['user-session', /^(?:user\/(?:user-session|user-account|user-records|user-refusals)|sign-in\/id-token)$/],
  [
    'browser-request',
    /^sign-in\/(?:authorization-answer|authorization-url|callback-request|one-time-values|sign-in-refusals)$/,
  ],
  ['default-azure-credential', /^(?:credentials\/(?:default-|malformed-environment)|broker\/broker-source)/],
  [
    'interactive-browser-credential',
    /^(?:credentials\/interactive-browser|user\/(?:interactive-browser-options|page-options)|sign-in\/loopback-uri)$/,
  ],
  [
    'user-sign-in',
    /^(?:user\/(?:user-sign-in|current-account|user-options|authentication-record)|credentials\/user-credential)$/,
  ],
  ['return-from-sign-in', /^page\/return-from-sign-in$/],
  ['log', /^runtime\/log\/log$/],
  ['certificate-credential', /^(?:credentials\/certificate|source\/certificate-authentication)$/],
  ['user-grant', /^(?:source\/(?:user-grant-source|hashed-subjects))$/],
  ['workload-identity-credential', /^(?:credentials\/workload-identity|federation\/token-)/],
  [
    'managed-identity-credential',
    /^(?:credentials\/managed-identity|managed-identity\/|source\/managed-identity-source)/,
  ],
  ['developer-tool', /^(?:source\/developer-tool-source|developer-tools\/|runtime\/process\/|runtime\/files\/look$)/],
  ['visual-studio-code-credential', /^(?:credentials\/visual-studio-code|broker\/vs-code-source)$/],
  ['shared-token-cache-credential', /^(?:credentials\/shared-token-cache|shared-cache\/shared-cache-source)$/],
  [
    '$1-credential',
    /^credentials\/(authorization-code|azure-.*|device-code|environment|github-actions|on-behalf-of|username-password)$/,
  ],
  ['environment-credential', /^credentials\/environment-variables$/],
  [
    'core',
    /^(?:[^/]+(?<!config|diagnosis|index|store)|cache\/(?!token-store).+|chain\/.*|credentials\/.*|http\/(?:http|secure-url|this-network)|oauth\/(?:authority|client-authentication|federation-audience|tenant)|plugins\/.*|runtime\/(?!permissions)[^/]+|runtime\/log\/.*|source\/.*)$/,
  ],
]

/**
 * Names the file of a module, if a list does.
 * @param {typeof moduleFiles} files
 */
const fileIn = (files) => (/** @type {string} */ id) => {
  const [, path] = /\/src\/(.+)\.ts$/.exec(id) ?? []
  if (path === undefined) return null
  for (const [name, modules] of files) {
    const match = modules.exec(path)
    if (match !== null) return name.replace('$1', match[1] ?? '')
  }
  return null
}

const entrada = {
  folder: dirname(fileURLToPath(import.meta.url)),
  moduleGroups: [{ name: fileIn(moduleFiles), debugName: 'moduleFiles' }],
  // The entry's own chunk has the classes and functions that are exported; the rest follows when a credential is constructed.
  nodeGroups: [
    // What an import loads besides the classes, and the entries share.
    {
      name: 'errors',
      test: /src\/(?:errors|error-response|oauth\/authority|plugins\/registry|runtime\/log\/log-level)\.ts$/,
      priority: 4,
    },
    {
      name: 'source',
      tags: ['$initial'],
      test: /src\/(?:cache|credentials\/(?:environment-variables|list-of)|http|oauth\/(?!authority)|runtime\/(?!log\/log|process\/)|source\/(?:application-source|chain-call|check-options|context|credential-source|options|page-guard|required-arguments|token-source|tracing|unavailable-source))/,
      priority: 3,
    },
    // What the records of a store are sealed with: a command line that has its token there needs nothing of the sources.
    {
      name: 'sealed-records',
      tags: ['$initial'],
      test: /src\/stores\/(?:encryption-keys|envelope|file-store|node-crypto|record-life|record-name)\.ts$/,
      priority: 3,
    },
    {
      name: 'sources',
      tags: ['$initial'],
      test: /src\/(?:broker|certificates|chain|credentials\/(?:default-members|default-options|environment-variables|list-of|malformed)|developer-tools|federation|managed-identity|msal|runtime\/process|shared-cache|sign-in|source|stores|user\/(?!authentication-record))/,
      priority: 2,
    },
    // The same, with what rolldown puts beside it there by itself.
    {
      name: 'request',
      test: (id) =>
        fileIn([['request', firstToken]])(id) !== null ||
        /src\/(?:http\/proxy|runtime\/(?:import-by-name|loaded-module|which-runtime|log\/(?:event-log|log-sink))|version)\.ts$|rolldown\/runtime/.test(
          id,
        ),
      priority: 1,
    },
  ],
  esmOnly: ['open', 'tinyexec'],
}

/** Writes the ES modules into a folder. */
export const writeBundle = (dir) => writeModules(entrada, dir)

/** Writes the declarations into a folder. */
export const writeTypes = (dir) => writeDeclarations(entrada, dir)

if (argv[1] === fileURLToPath(import.meta.url)) await buildPackage(entrada)
