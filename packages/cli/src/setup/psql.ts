import { join, resolve } from 'node:path'
import { usageFailure } from '../framework/failure.ts'
import { fileForm } from '../keep/file-forms.ts'
import { readConfigFile, refused } from './config-file.ts'
import { folderMade } from './folder-made.ts'
import { homeFolder, inShell, keptFile } from './own-places.ts'
import type { SetupRequest, SetupTool } from './tool.ts'
import { formerStateOf, linesPut, linesTaken } from './top-lines.ts'

/**
 * A service of libpq (postgresql.org/docs/current/libpq-pgservice.html), so that psql, pg_dump and whatever else connects by
 * libpq finds server, user and password by one name. The password file is one that `entrada keep` keeps.
 */
export const psql: SetupTool = {
  name: 'psql',
  options: ['host', 'server-port', 'database', 'user', 'service', 'scope'],

  async plan(request) {
    const { options, world, credentialArguments } = request
    const { user, database, 'server-port': port, service = 'entrada' } = options
    const [host, ...others] = options.host ?? []
    if (host === undefined || others.length > 0 || user === undefined) {
      throw usageFailure(
        'setup psql: a server and a user are needed.',
        'Name them: --host NAME.postgres.database.azure.com --user NAME.',
      )
    }
    if (!/^[\w.-]{1,63}$/.test(service))
      throw usageFailure('setup psql: --service is not a name.', 'Use letters and digits.')
    // Refuses what cannot stand in one field.
    fileForm('pgpass', { host, port, database, user })
    const kept = keptFile(world, `pgpass-${service}`)
    const path = serviceFile(request)
    const file = await readConfigFile(path)
    const settings = {
      host,
      ...(port === undefined ? {} : { port }),
      ...(database === undefined ? {} : { dbname: database }),
      user,
      // A token is a secret: it is sent to nobody in the clear.
      sslmode: 'require',
      passfile: kept,
    }
    const lines = [`[${service}]`, ...Object.entries(settings).map(([name, value]) => `${name}=${value}`)]
    checkServices(path, file.text ?? '', { service, lines })
    const keep = ['keep', '--scope', options.scope ?? 'postgres', '-o', 'pgpass', '--host', host, '--user', user]
    const more = [
      ...(port === undefined ? [] : ['--server-port', port]),
      ...(database === undefined ? [] : ['--database', database]),
    ]
    return {
      changes: [...(await folderMade(kept)), ...linesPut(file, lines, `[${service}]`)],
      record: {
        tool: 'psql',
        what: `${path} ${service}`,
        data: { file: path, service, lines, ...(await formerStateOf(file)) },
      },
      next: [
        '# Keeps the token, for as long as it runs:',
        `${['entrada', ...keep, ...more, '--file', kept, ...credentialArguments].map(inShell).join(' ')} &`,
        `psql service=${service}`,
      ],
    }
  },

  async undo(_request, { data }) {
    const { lines, service } = data
    const file = await readConfigFile(String(data.file))
    return linesTaken(file, Array.isArray(lines) ? lines : [], `[${service}]`, data)
  },
}

/** Refuses a file that libpq would refuse, and a service of this name that is another. */
function checkServices(
  path: string,
  text: string,
  { service, lines }: { service: string; lines: readonly string[] },
): void {
  const rows = text.split(/\r?\n/)
  rows.forEach((row, index) => {
    if (!/^\s*(?:#.*|\[[^\]]+\]\s*|[^=#]+=.*)?$/.test(row))
      throw refused(`${path}:${index + 1}`, 'is not a line of a service file')
  })
  if (rows.some((row) => row.trim() === `[${service}]`) && !text.includes(`${lines.join('\n')}\n`)) {
    throw refused(
      path,
      `has a service ${service} already`,
      'Name another: --service NAME; or take this one back first: entrada setup psql --undo.',
    )
  }
}

function serviceFile({ world }: SetupRequest): string {
  const { env, cwd } = world
  return env.PGSERVICEFILE ? resolve(cwd, env.PGSERVICEFILE) : join(homeFolder(world), '.pg_service.conf')
}
