import { rmSync } from 'node:fs'
import { chmod, mkdir, mkdtemp, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TokenCredentialOptions } from 'entrada'
import type { World } from '../world.ts'
import { recognisableSecret } from '../world.ts'
import { answer } from './fake-tools.mjs'

/** The files that tell which account each tool has. */
const profiles = ['.azure/azureProfile.json', '.azd/auth.json', '.Azure/AzureRmContext.json']

/** A folder with the three tools on `PATH` and a home with somebody signed in to each, until this process ends. */
export async function installedTools({ emulator }: World): Promise<Record<string, string>> {
  const folder = await mkdtemp(join(tmpdir(), 'entrada-tools-'))
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }))
  for (const profile of profiles) {
    await mkdir(join(folder, profile, '..'), { recursive: true })
    await writeFile(join(folder, profile), '{}')
  }
  for (const name of ['az', 'azd', 'pwsh']) {
    const program = `#!${process.execPath}
import('${new URL('fake-tools.mjs', import.meta.url).href}')
  .then(({ answer }) => answer('${name}', process.argv.slice(2), process.env))
  .then(({ code, stdout, stderr }) => {
    process.exitCode = code
    process.stdout.write(stdout)
    process.stderr.write(stderr)
  })
`
    await writeFile(join(folder, name), program)
    await chmod(join(folder, name), 0o755)
  }
  return { PATH: folder, HOME: folder, TEST_AUTHORITY: emulator.httpUrl, TEST_TOOL_PROOF: recognisableSecret }
}

/** The same without the processes: forty sentences of the contract ask again and again. */
export function withoutProcess(options: TokenCredentialOptions): TokenCredentialOptions {
  return {
    ...options,
    host: {
      ...options.host,
      run: ({ file, args, env }, signal) => answer(file.split('/').at(-1) as string, args, env, signal),
    },
  }
}
