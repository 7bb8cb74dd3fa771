/**
 * The order in which the site shows its pages. A page is named by its file in the repository; one that is not here yet is left out.
 *
 * @typedef {{ text: string, file: string }} Entry
 * @typedef {{ text: string, entries: Entry[] }} Group
 */

/** @type {readonly Group[]} */
export const groups = [
  {
    text: 'Start here',
    entries: [
      { text: 'Start in three minutes', file: 'docs/start.md' },
      { text: 'Which credential do I need?', file: 'docs/which-credential.md' },
      { text: 'Every credential', file: 'docs/credentials/index.md' },
      { text: 'How a credential is chosen', file: 'docs/how-a-credential-is-chosen.md' },
      { text: 'Environment variables', file: 'docs/environment.md' },
      { text: 'Overview', file: 'README.md' },
    ],
  },
  {
    text: 'In your program',
    entries: [
      { text: 'Caching, refresh and outages', file: 'docs/caching.md' },
      { text: 'Token stores', file: 'docs/stores.md' },
      { text: 'Web APIs and on-behalf-of', file: 'docs/web-api.md' },
      { text: 'Verifying incoming tokens', file: 'docs/verification.md' },
      { text: 'Web pages', file: 'docs/web-page.md' },
      { text: 'Credentials as data', file: 'docs/configuration.md' },
      { text: 'Federation', file: 'docs/federation.md' },
      { text: 'Telemetry', file: 'docs/telemetry.md' },
      { text: 'Options of some credentials', file: 'docs/options.md' },
      { text: 'Limits and performance', file: 'docs/limits.md' },
      { text: 'Runtimes: what works where', file: 'docs/runtimes.md' },
      { text: 'Security model', file: 'SECURITY.md' },
    ],
  },
  {
    text: 'Without Azure',
    entries: [
      { text: 'The emulator', file: 'docs/emulator.md' },
      { text: 'Testcontainers', file: 'docs/testcontainers.md' },
      { text: 'Emulator and Entra ID compared', file: 'docs/emulator-parity.md' },
      { text: 'Emulators compared', file: 'docs/emulator-comparison.md' },
    ],
  },
  {
    text: 'Command line',
    entries: [
      { text: 'The command entrada', file: 'docs/cli.md' },
      { text: 'A token endpoint for other programs', file: 'docs/cli-endpoint.md' },
    ],
  },
  {
    text: 'Coming from elsewhere',
    entries: [
      { text: '@azure/identity', file: 'docs/migrating.md' },
      { text: 'MSAL Node', file: 'docs/from-msal-node.md' },
      { text: 'Python', file: 'docs/from-python.md' },
    ],
  },
  {
    text: 'When it fails',
    entries: [
      { text: 'Troubleshooting', file: 'docs/troubleshooting.md' },
      { text: 'AADSTS codes', file: 'docs/aadsts.md' },
    ],
  },
  {
    text: 'Packages',
    entries: [
      { text: 'entrada', file: 'packages/entrada/README.md' },
      { text: '@entrada/verify', file: 'packages/verify/README.md' },
      { text: '@entrada/emulator', file: 'packages/emulator/README.md' },
      { text: '@entrada/redis', file: 'packages/redis/README.md' },
      { text: '@entrada/keyring', file: 'packages/keyring/README.md' },
      { text: '@entrada/opentelemetry', file: 'packages/opentelemetry/README.md' },
      { text: '@entrada/cli', file: 'packages/cli/README.md' },
    ],
  },
  {
    text: 'Project',
    entries: [
      { text: 'Changes', file: 'CHANGELOG.md' },
      { text: 'Contributing', file: 'CONTRIBUTING.md' },
      { text: 'Architecture', file: 'docs/architecture.md' },
      { text: 'Decisions', file: 'docs/decisions' },
    ],
  },
]
