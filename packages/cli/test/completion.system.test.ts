import { execFile } from 'node:child_process'
import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { beforeAll, describe, expect, test, vi } from 'vitest'
import { bash, component, fish, pwsh, zsh } from '../../../interop/components.ts'
import { buildProgram, type Program } from './program.ts'

// Each run is a process, and a machine may have more to do.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 })

let program: Program

beforeAll(async () => {
  program = await buildProgram()
  const profile = (name: string) => ({ [name]: { credential: 'AzureCliCredential' } })
  await mkdir(join(program.home, '.config/entrada'), { recursive: true })
  const config = { profiles: { ...profile('work'), ...profile('home'), ...profile('ci.main') } }
  await writeFile(join(program.home, '.config/entrada/config.json'), JSON.stringify(config))
  await writeFile(join(program.home, 'other.json'), JSON.stringify({ profiles: profile('elsewhere') }))
})

/** Writes the script of a shell into a file of that name, and gives its path. */
async function scriptOf(shell: string, name: string): Promise<string> {
  const { code, output } = await program.run(['completion', shell])
  expect(code).toBe(0)
  const file = join(program.home, shell, name)
  await mkdir(dirname(file), { recursive: true })
  await writeFile(file, output)
  return file
}

/** What a line may go on with. */
type Complete = (line: string) => Promise<string[]>

async function run(file: string, args: readonly string[]): Promise<string> {
  const { stdout } = await promisify(execFile)(file, args, {
    cwd: program.home,
    env: program.environment({ TERM: 'dumb', PATH: `${program.bin}:${process.env.PATH}` }),
  })
  return stdout
}

/** Lines, and what each is completed to where one word alone is possible. */
const completed: readonly (readonly [line: string, word: string])[] = [
  ['entrada toke', 'token'],
  ['entrada token kus', 'kusto'],
  ['entrada token --min', '--min-life'],
  ['entrada token -o exec', 'exec-credential'],
  ['entrada token --output exec', 'exec-credential'],
  ['entrada token --profile work kus', 'kusto'],
  ['entrada login --use', '--use-secret'],
  ['entrada setup kub', 'kubectl'],
  ['entrada setup terr', 'terraform'],
  ['entrada setup kubectl --kubec', '--kubeconfig'],
  ['entrada setup kubectl --api-version v1b', 'v1beta1'],
  ['entrada setup docker --dry', '--dry-run'],
  ['entrada token --credential AzurePo', 'AzurePowerShellCredential'],
  ['entrada serve --allow-scope kus', 'kusto'],
  ['entrada token --profile wo', 'work'],
  ['entrada exec -p ci', 'ci.main'],
  ['entrada login --profile ho', 'home'],
  ['entrada token --config other.json --profile e', 'elsewhere'],
  ['entrada token --config ~/other.json --profile e', 'elsewhere'],
  ['entrada token --config "other.json" --profile e', 'elsewhere'],
  ['entrada switch wo', 'work'],
  ['entrada logout ho', 'home'],
]

/** The same for a value that stands in one word with its option. */
const joined: typeof completed = [
  ['entrada token --output=exec', 'exec-credential'],
  ['entrada token --profile=wo', 'work'],
  ['entrada token --config=other.json --profile=e', 'elsewhere'],
]

describe('bash', () => {
  component(bash)
  const complete: Complete = async (line) => {
    const file = await scriptOf('bash', 'entrada')
    // As readline takes it apart.
    const words = line.split(/ |(=)/).filter((word) => word !== undefined)
    const quoted = words.map(quote).join(' ')
    const script = `. ${file}; COMP_WORDS=(${quoted}); COMP_CWORD=${words.length - 1}; _entrada; echo "\${COMPREPLY[*]}"`
    return (await run('bash', ['--norc', '-c', script])).trim().split(' ')
  }

  test.each(completed)('completes %s to %s', async (line, word) => {
    expect(await complete(line)).toEqual([word])
  })

  test.each(joined)('completes %s to %s', async (line, word) => {
    expect(await complete(line)).toEqual([word])
  })

  test('offers every value when the line ends with the sign', async () => {
    expect(await complete('entrada token --profile=')).toEqual(['work', 'home', 'ci.main'])
  })

  test('offers every tool of setup', async () => {
    const offered = await complete('entrada setup ')
    expect(offered).toEqual(expect.arrayContaining(['kubectl', 'git', 'docker', 'npm', 'psql', 'terraform', '--undo']))
  })
})

describe('zsh', () => {
  component(zsh)
  /** Types the line and a tab into an interactive zsh, and lets it say what the line is then. */
  const complete: Complete = async (line) => {
    const folder = dirname(await scriptOf('zsh', '_entrada'))
    const settings = [
      `PROMPT=; fpath=(${folder} $fpath); autoload -Uz compinit; compinit -u -D`,
      'show() { print -r -- "<<$BUFFER>>"; BUFFER=; zle accept-line }; zle -N show; bindkey ^X show; print ready',
    ]
    const script = `
      zmodload zsh/zpty
      zpty it zsh -f -i
      zpty -w it ${quote(settings.join('; '))}
      zpty -r it seen '*ready*ready*'
      zpty -w -n it ${quote(line)}$'\\t'$'\\x18'
      zpty -r it seen '*<<*>>*'
      print -r -- $seen`
    const [, after = ''] = /<<(.*?)>>/.exec(await run('zsh', ['-f', '-c', script])) ?? []
    // The sign comes with an option that needs a value, and goes again with a space.
    return [(after.trim().split(' ').at(-1) ?? '').replace(/=$/, '')]
  }

  test.each(completed)('completes %s to %s', async (line, word) => {
    expect(await complete(line)).toEqual([word])
  })

  test.each(joined)('completes %s to %s', async (line, word) => {
    expect((await complete(line)).map(afterSign)).toEqual([word])
  })
})

describe('fish', () => {
  component(fish)
  const complete: Complete = async (line) => {
    const file = await scriptOf('fish', 'entrada.fish')
    const output = await run('fish', ['--no-config', '-c', `source ${file}; complete -C ${quote(line)}`])
    return output.split('\n').flatMap((row) => (row === '' ? [] : [row.split('\t')[0] ?? '']))
  }

  test.each(completed)('completes %s to %s', async (line, word) => {
    expect(await complete(line)).toEqual([word])
  })

  test.each(joined)('completes %s to %s', async (line, word) => {
    expect((await complete(line)).map(afterSign)).toEqual([word])
  })

  test('offers every tool of setup, and no command any more', async () => {
    const offered = await complete('entrada setup ')
    expect(offered).toEqual(['docker', 'git', 'kubectl', 'npm', 'psql', 'terraform'])
  })
})

describe('PowerShell', () => {
  component(pwsh)
  const complete: Complete = async (line) => {
    const file = await scriptOf('pwsh', 'entrada.ps1')
    const script = `. ${file}; (TabExpansion2 -inputScript ${quote(line)} -cursorColumn ${line.length}).CompletionMatches.CompletionText`
    return (await run('pwsh', ['-NoProfile', '-Command', script])).trim().split(/\s+/)
  }

  test.each(completed)('completes %s to %s', async (line, word) => {
    expect(await complete(line)).toEqual([word])
  })
})

function afterSign(word: string): string {
  return word.replace(/^--[^=]+=/, '')
}

function quote(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`
}
