import type { App } from '../directory/entries.ts'
import type { Service } from '../service.ts'

const LIFETIME_SECONDS = 3599
const CAE_LIFETIME_SECONDS = 86_399

/** How long an access token lives, and when its holder should ask for another, both in seconds. */
export interface TokenLife {
  lifetimeSeconds: number
  refreshIn: number | undefined
}

/** The life of an app's tokens: a day for clients of continuous access evaluation (`cp1`), an hour for others. */
export function tokenLife(service: Service, app: App, cae: boolean): TokenLife {
  const lifetimeSeconds =
    app.tokenLifetimeSeconds ?? service.tokenLifetimeSeconds ?? (cae ? CAE_LIFETIME_SECONDS : LIFETIME_SECONDS)
  const refreshIn =
    app.refreshInSeconds ?? service.refreshInSeconds ?? (cae ? Math.floor(lifetimeSeconds / 2) : undefined)
  return { lifetimeSeconds, refreshIn }
}
