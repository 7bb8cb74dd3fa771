import { ClientSecretCredential as PeerCredential } from '@azure/identity'
import { ClientSecretCredential, DefaultAzureCredential } from 'entrada'
import { rate } from '../measure.ts'
import { type Measure, perSecond, type Row } from '../row.ts'
import { standInFetch, standInHttpClient } from '../stand-in.ts'

const scope = 'https://storage.azure.com/.default'
const tenant = '11111111-1111-4111-8111-111111111111'
const env = { AZURE_TENANT_ID: tenant, AZURE_CLIENT_ID: 'client', AZURE_CLIENT_SECRET: 'secret' }

function ours(): ClientSecretCredential {
  return new ClientSecretCredential(tenant, 'client', 'secret', { fetch: standInFetch })
}

function peers(): PeerCredential {
  return new PeerCredential(tenant, 'client', 'secret', { httpClient: standInHttpClient })
}

/** One token, asked for again and again. */
export const cached: Measure = async () => {
  const single = ours()
  const peer = peers()
  const chain = new DefaultAzureCredential({ fetch: standInFetch, host: { env } })
  const { signal: abortSignal } = new AbortController()
  const sdk = { abortSignal, tracingOptions: {}, enableCae: true }
  const stored = Promise.resolve()
  const ceiling = await rate(() => stored)
  const row = async (
    what: string,
    ask: () => Promise<unknown>,
    askPeer: () => Promise<unknown>,
    aim: number,
  ): Promise<Row> => {
    const rates = { ours: await rate(ask), peer: await rate(askPeer, 50) }
    const ratio = rates.ours / rates.peer
    return {
      what,
      ours: `${perSecond(rates.ours)} (${Math.round((100 * rates.ours) / ceiling)} % of awaiting a stored promise)`,
      peer: perSecond(rates.peer),
      ratio,
      aim: `${perSecond(aim)}, 250 x`,
      isReached: rates.ours >= aim && ratio >= 250,
    }
  }
  return [
    await row(
      'cached getToken, one scope',
      () => single.getToken(scope),
      () => peer.getToken(scope),
      5e6,
    ),
    await row(
      'cached getToken, as the Azure SDK asks',
      () => single.getToken([scope], sdk),
      () => peer.getToken([scope], sdk),
      3e6,
    ),
    await row(
      'cached getToken, default chain',
      () => chain.getToken(scope),
      () => peer.getToken(scope),
      3e6,
    ),
    await row(
      'cached getToken, default chain, as the Azure SDK asks',
      () => chain.getToken([scope], sdk),
      () => peer.getToken([scope], sdk),
      3e6,
    ),
  ]
}

/** A hundred hot tokens among many that are held, over tenants and scopes. */
export const held: Measure = async () => {
  const rates = new Map<number, number>()
  for (const count of [100, 10_000, 100_000]) rates.set(count, await hotRate(count))
  const one = await hotRate(1)
  const peer100 = await peerRate(100)
  const peer1000 = await peerRate(1000)
  const all = [...rates.values()]
  const spread = Math.max(...all) / Math.min(...all)
  const uniform = await uniformRate(100_000)
  return [
    {
      what: '100 hot among 1 / 100 / 10,000 / 100,000 tokens held',
      ours: [one, ...all].map(perSecond).join(' · '),
      peer: `${perSecond(peer100)} at 100 · ${perSecond(peer1000)} at 1,000`,
      ratio: (rates.get(100) ?? 0) / peer100,
      aim: 'flat: slowest within 1.5 x of fastest',
      isReached: Math.max(one, ...all) / Math.min(...all) <= 1.5,
    },
    {
      what: 'the same from 100 tokens on (one token alone is answered by its memo)',
      ours: `spread ${spread.toFixed(2)} x`,
      peer: '',
      aim: '1.5 x',
      isReached: spread <= 1.5,
    },
    {
      what: 'uniform over 100,000 tokens',
      ours: perSecond(uniform),
      peer: '',
      aim: '300 k/s',
      isReached: uniform >= 3e5,
    },
  ]
}

/** Ten scopes a tenant. */
function requests(count: number): { scope: string; tenantId: string }[] {
  return Array.from({ length: count }, (_, index) => ({
    scope: `https://resource-${index % 10}.example/.default`,
    tenantId: `tenant-${Math.floor(index / 10)}`,
  }))
}

async function filled(
  count: number,
): Promise<{ credential: ClientSecretCredential; tokens: ReturnType<typeof requests> }> {
  const credential = new ClientSecretCredential(tenant, 'client', 'secret', {
    fetch: standInFetch,
    additionallyAllowedTenants: ['*'],
  })
  const tokens = requests(count)
  for (const token of tokens) await credential.getToken(token.scope, token)
  return { credential, tokens }
}

/** The hot ones are all scopes of ten tenants, which lie evenly among those that are held. */
async function hotRate(count: number): Promise<number> {
  const { credential, tokens } = await filled(count)
  const tenants = Math.max(1, count / 10)
  const isHot = (index: number): boolean => Math.floor(index / 10) % Math.max(1, Math.floor(tenants / 10)) === 0
  const hot = tokens.filter((_, index) => isHot(index)).slice(0, 100)
  return rate((index) => {
    const token = hot[index % hot.length] as (typeof hot)[number]
    return credential.getToken(token.scope, token)
  })
}

async function uniformRate(count: number): Promise<number> {
  const { credential, tokens } = await filled(count)
  const order = Array.from(
    { length: 1 << 20 },
    () => tokens[Math.floor(Math.random() * count)] as (typeof tokens)[number],
  )
  return rate((index) => {
    const token = order[index & (order.length - 1)] as (typeof order)[number]
    return credential.getToken(token.scope, token)
  })
}

async function peerRate(count: number): Promise<number> {
  const credential = new PeerCredential(tenant, 'client', 'secret', { httpClient: standInHttpClient })
  const scopes = Array.from({ length: count }, (_, index) => `https://resource-${index}.example/.default`)
  for (const each of scopes) await credential.getToken(each)
  return rate((index) => credential.getToken(scopes[index % 100] as string), 10)
}
