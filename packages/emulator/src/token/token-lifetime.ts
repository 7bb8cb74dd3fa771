import type { App } from '../directory/entries.ts'

/** Lifetimes in seconds, instead of Entra ID's defaults; an app's own values win. */
export interface TokenLifetimeService {
  tokenLifetimeSeconds?: number
  refreshInSeconds?: number
}

const defaultSeconds = 3599
const caeSeconds = 86_399

/** How long an access token lives, and when its holder should ask for another, both in seconds. */
export interface TokenLifetime {
  lifetimeSeconds: number
  refreshIn: number | undefined
}

/** The lifetime of an app's tokens: a day with continuous access evaluation (`cp1`), an hour without. */
export function tokenLifetime(service: TokenLifetimeService, app: App, cae: boolean): TokenLifetime {
  const lifetimeSeconds =
    app.tokenLifetimeSeconds ?? service.tokenLifetimeSeconds ?? (cae ? caeSeconds : defaultSeconds)
  const refreshIn =
    app.refreshInSeconds ?? service.refreshInSeconds ?? (cae ? Math.floor(lifetimeSeconds / 2) : undefined)
  return { lifetimeSeconds, refreshIn }
}
