import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { accessTokens } from '@entrada/verify'
import { JwtVerifier } from 'aws-jwt-verify'
import { createLocalJWKSet, type JSONWebKeySet, jwtVerify } from 'jose'
import { afterAll, expect, test, vi } from 'vitest'
import { apiId } from '../packages/verify/test/azure-tokens.ts'
import { type Family, families, forgeries } from '../packages/verify/test/forgeries/corpus.ts'
import { goodToken, makeIssuer, required, tenants } from '../packages/verify/test/forgeries/issuer.ts'

// Forgeries, and a fifth as many good tokens, before us and before others, who are told the same issuers, audiences and
// algorithm. What they take beyond that is not their fault: it is what a program has to check itself. `npm run forgeries -- 100000`
// makes all of those that docs/verification.md counts.
vi.setConfig({ testTimeout: 3_600_000 })

const count = Number(process.env.ENTRADA_TEST_FORGERIES ?? 5000)
const goodCount = count / 5
const issuer = makeIssuer(Number(process.env.ENTRADA_TEST_SEED ?? 20_261_102), Date.now)
const jwks = { keys: [issuer.key.jwk, issuer.ofAnother.jwk] } as unknown as JSONWebKeySet
const audience = [apiId, `api://${apiId}`]
const issuers = tenants.flatMap((id) => [
  `https://login.microsoftonline.com/${id}/v2.0`,
  `https://sts.windows.net/${id}/`,
])

type Takes = (token: string) => Promise<boolean>
const settled = (verification: Promise<unknown>): Promise<boolean> => verification.then(Boolean, () => false)

const verify = accessTokens({ audience: apiId, tenants, keys: jwks as never, ...required })
const keySet = createLocalJWKSet(jwks)
const aws = JwtVerifier.create(issuers.map((each) => ({ issuer: each, audience, jwksUri: 'https://keys.example/' })))
for (const each of issuers) aws.cacheJwks(jwks as never, each)

const takers: Record<string, Takes> = {
  '@entrada/verify': (token) => settled(verify(token)),
  jose: (token) => settled(jwtVerify(token, keySet, { issuer: issuers, audience, algorithms: ['RS256'] })),
  'aws-jwt-verify': (token) => settled(aws.verify(token)),
}

const isInstalled = existsSync(new URL('passport/node_modules/passport-azure-ad', import.meta.url))
if (isInstalled) takers['passport-azure-ad'] = passport()

/** A process of its own, as its packages are not the workspace's. */
function passport(): Takes {
  const child = spawn(process.execPath, [fileURLToPath(new URL('passport/rules.mjs', import.meta.url))], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  afterAll(() => void child.stdin.end())
  child.stdin.write(`${JSON.stringify({ ...jwks, issuer: issuers, audience })}\n`)
  const waiting: ((taken: boolean) => void)[] = []
  createInterface(child.stdout).on('line', (line) => waiting.shift()?.(line === '1'))
  return (token) =>
    new Promise((resolve) => {
      waiting.push(resolve)
      child.stdin.write(`${JSON.stringify(token)}\n`)
    })
}

/** How many tokens each takes, by family. */
async function taken(
  tokens: Iterable<{ family: string; token: string }>,
): Promise<Record<string, Record<string, number>>> {
  const counts = Object.fromEntries(Object.keys(takers).map((name) => [name, {} as Record<string, number>]))
  const show = async ({ family, token }: { family: string; token: string }): Promise<void> => {
    const answers = await Promise.all(Object.values(takers).map((takes) => takes(token)))
    for (const [place, name] of Object.keys(takers).entries()) {
      const count = counts[name] as Record<string, number>
      count[family] = (count[family] ?? 0) + (answers[place] ? 1 : 0)
    }
  }
  // Some at a time, so that nobody waits for one that is a process of its own.
  let shown: Promise<void>[] = []
  for (const each of tokens) {
    shown.push(show(each))
    if (shown.length < 100) continue
    await Promise.all(shown)
    shown = []
  }
  await Promise.all(shown)
  return counts
}

test(`of ${count} forgeries none is taken`, async () => {
  const counts = await taken(forgeries(issuer, count))
  console.log(report(counts))
  const none = Object.fromEntries((Object.keys(families) as Family[]).map((family) => [family, 0]))
  expect(counts['@entrada/verify']).toEqual(none)
})

test(`of ${goodCount} good tokens none is refused, by anybody`, async () => {
  const good = function* () {
    for (let made = 0; made < goodCount; made++) yield { family: 'good', token: goodToken(issuer) }
  }
  const counts = await taken(good())
  for (const name of Object.keys(takers)) expect([name, counts[name]]).toEqual([name, { good: goodCount }])
})

test('passport-azure-ad was among them', ({ skip }) => {
  if (!isInstalled) skip('passport-azure-ad is not installed. node scripts/native-packages.mjs installs it.')
})

/** A table for docs/verification.md. */
function report(counts: Record<string, Record<string, number>>): string {
  const names = Object.keys(counts)
  const lines = Object.keys(families).map(
    (family) => `| ${family} | ${names.map((name) => counts[name]?.[family]).join(' | ')} |`,
  )
  const sums = names.map((name) => Object.values(counts[name] ?? {}).reduce((sum, each) => sum + each, 0))
  return [`| forged | ${names.join(' | ')} |`, '| --- |', ...lines, `| all | ${sums.join(' | ')} |`].join('\n')
}
