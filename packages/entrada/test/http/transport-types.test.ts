import type { HttpClient } from '@azure/core-rest-pipeline'
import type { HttpClientLike, Transport } from 'entrada'
import type * as undici from 'undici-types'
import { expectTypeOf, test } from 'vitest'

test('the global fetch, undici’s and a handler of requests are transports', () => {
  expectTypeOf<typeof globalThis.fetch>().toExtend<Transport>()
  expectTypeOf<typeof undici.fetch>().toExtend<Transport>()
  expectTypeOf<(url: string, init: RequestInit) => Response>().toExtend<Transport>()
  expectTypeOf<() => { status: 200; headers: Map<string, string>; text(): Promise<string> }>().toExtend<Transport>()
  expectTypeOf<() => string>().not.toExtend<Transport>()
})

test('the HTTP client of the Azure SDK is one of ours', () => {
  expectTypeOf<HttpClient>().toExtend<HttpClientLike>()
})
