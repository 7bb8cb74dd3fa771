import type { EventLevel } from '../../events.ts'

/** The levels, loudest first, as `AZURE_LOG_LEVEL` orders them. */
const levels: readonly EventLevel[] = ['error', 'warning', 'info', 'verbose']

/** Whether a level is asked for by the value of `AZURE_LOG_LEVEL`. */
export function isLogged(level: EventLevel, asked: string | undefined): boolean {
  return levels.indexOf(level) <= levels.indexOf((asked ?? '').toLowerCase() as EventLevel)
}
