import {
  ClientSecretCredential,
  DefaultAzureCredential,
  type EntradaCredential,
  type GetTokenOptions,
  ManagedIdentityCredential,
  OnBehalfOfCredential,
} from 'entrada'
import type { TokenStore } from 'entrada/store'
import { trueNow, type WallClock } from './clock.ts'
import type { Random } from './random.ts'
import type { Purpose } from './token.ts'

/** What one call asks for, and what it must get. */
export interface Question {
  scopes: string | string[]
  options: GetTokenOptions & { userAssertionToken?: string }
  purpose: Purpose
}

/** One place for a credential, which is closed and made anew many times in a run. */
export interface Slot {
  name: string
  clock: WallClock
  /** Whether other credentials bring tokens too, through a store. */
  hasStore: boolean
  create(instance: string, store?: TokenStore): EntradaCredential
  ask(random: Random): Question
}

const tenants = ['11111111-1111-4111-8111-111111111111', '22222222-2222-4222-8222-222222222222'] as const
const clients = ['aaaaaaaa-aaaa-4aaa-8aaa-aaaaaaaaaaaa', 'bbbbbbbb-bbbb-4bbb-8bbb-bbbbbbbbbbbb'] as const
const resources = ['https://graph.microsoft.com', 'https://storage.azure.com', 'https://vault.azure.net']
const scopes = resources.map((resource) => `${resource}/.default`)
const users = Array.from({ length: 40 }, (_, index) => `user-${index}`)
const secret = 'the secret of the soak'

/** Each kind of credential, on clocks that are right and on clocks that are not. */
export function makeSlots(url: string, clocks: Record<'straight' | 'restless' | 'wide', WallClock>): readonly Slot[] {
  const { straight, restless, wide } = clocks
  const slots = new SlotMaker(url)
  return [
    slots.clientSecret('secret', straight, clients[0]),
    slots.clientSecret('secret-of-another', straight, clients[1]),
    slots.clientSecret('secret-restless', restless, clients[0]),
    slots.clientSecret('secret-store-1', wide, clients[0], true),
    slots.clientSecret('secret-store-2', wide, clients[0], true),
    slots.onBehalfOf('users', straight),
    slots.onBehalfOf('users-restless', restless),
    slots.managedIdentity('app-service', straight, slots.appService, undefined),
    slots.managedIdentity('app-service-user-assigned', restless, slots.appService, clients[1]),
    slots.managedIdentity('imds', straight, slots.imds, undefined),
    slots.managedIdentity('imds-restless', restless, slots.imds, undefined),
    slots.chainWithSecret('chain-secret', straight),
    slots.chainWithIdentity('chain-imds', straight),
    slots.chainWithIdentity('chain-imds-restless', restless),
  ]
}

type Env = Record<string, string>

class SlotMaker {
  readonly #url: string
  readonly appService: Env
  readonly imds: Env

  constructor(url: string) {
    this.#url = url
    this.appService = { IDENTITY_ENDPOINT: `${url}/msi/token`, IDENTITY_HEADER: 'soak' }
    this.imds = { AZURE_POD_IDENTITY_AUTHORITY_HOST: url }
  }

  clientSecret(name: string, clock: WallClock, clientId: string, hasStore = false): Slot {
    return {
      name,
      clock,
      hasStore,
      create: (instance, tokenStore) =>
        new ClientSecretCredential(tenants[0], clientId, secret, {
          ...this.#options(instance, clock),
          ...(tokenStore === undefined ? {} : { tokenStore }),
        }),
      ask: (random) => askEntra(random, clientId, ''),
    }
  }

  onBehalfOf(name: string, clock: WallClock): Slot {
    const app = { tenantId: tenants[0], clientId: clients[0], clientSecret: secret }
    return {
      name,
      clock,
      hasStore: false,
      create: (instance) => new OnBehalfOfCredential({ ...app, ...this.#options(instance, clock) }),
      ask: (random) => {
        // Some users are there all the time, and others come by.
        const user = random.pick(random.chance(0.8) ? users.slice(0, 5) : users)
        const question = askEntra(random, clients[0], user)
        return { ...question, options: { ...question.options, userAssertionToken: user } }
      },
    }
  }

  managedIdentity(name: string, clock: WallClock, env: Env, clientId: string | undefined): Slot {
    const id = clientId === undefined ? {} : { clientId }
    const create = (instance: string) =>
      new ManagedIdentityCredential({ ...id, ...this.#options(instance, clock, env) })
    return { name, clock, hasStore: false, create, ask: (random) => askHost(random, clientId ?? 'system') }
  }

  chainWithSecret(name: string, clock: WallClock): Slot {
    const env = { AZURE_TENANT_ID: tenants[1], AZURE_CLIENT_ID: clients[1], AZURE_CLIENT_SECRET: secret }
    return {
      name,
      clock,
      hasStore: false,
      create: (instance) => this.#chain(instance, clock, env),
      ask: (random) => askEntra(random, clients[1], '', tenants[1]),
    }
  }

  chainWithIdentity(name: string, clock: WallClock): Slot {
    const create = (instance: string) => this.#chain(instance, clock, this.imds)
    return { name, clock, hasStore: false, create, ask: (random) => askHost(random, 'system') }
  }

  #chain(instance: string, clock: WallClock, env: Env): EntradaCredential {
    return new DefaultAzureCredential(this.#options(instance, clock, { AZURE_TOKEN_CREDENTIALS: 'prod', ...env }))
  }

  #options(instance: string, clock: WallClock, env: Env = {}) {
    const host = { now: clock.now, monotonic: trueNow, env }
    return {
      host,
      authorityHost: this.#url,
      additionallyAllowedTenants: ['*'],
      userAgentOptions: { userAgentPrefix: instance },
      // Half of them as they come, so that requests go on past a token's end; the others fail fast.
      ...(clock.name === 'straight' ? {} : { retryOptions: { maxRetries: 2, retryDelayInMs: 100 } }),
    }
  }
}

function askEntra(random: Random, who: string, user: string, home: string = tenants[0]): Question {
  const scope = random.pick(scopes)
  const cae = random.chance(0.25)
  const tenant = random.chance(0.7) ? home : random.pick(tenants)
  const options = { ...(cae ? { enableCae: true } : {}), ...(tenant === home ? {} : { tenantId: tenant }) }
  return { scopes: random.chance(0.8) ? scope : [scope], options, purpose: { who, tenant, scope, user, cae } }
}

function askHost(random: Random, who: string): Question {
  const scope = random.pick(scopes)
  return { scopes: scope, options: {}, purpose: { who, tenant: '', scope, user: '', cae: false } }
}
