import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { parseAllDocuments } from 'yaml'
import type { RunningExample } from './running-example.ts'
import { startTenant, tenantId } from './running-recipes.ts'

const here = fileURLToPath(new URL('.', import.meta.url))
const { emulator, folder, outputOf, start } = await startTenant()
const ada = { objectId: '00000000-0000-4000-8000-00000000ada0', username: 'ada@contoso.example' }

test('every folder of examples/ has a README of few lines, and examples/README.md leads to it', async () => {
  const list = await readFile(join(here, 'README.md'), 'utf8')
  const entries = await readdir(here, { withFileTypes: true })
  const folders = entries.filter((entry) => entry.isDirectory() && !/^\.|^node_modules$/.test(entry.name))
  for (const { name } of folders) {
    if (name === 'migrate') continue
    const readme = await readFile(join(here, name, 'README.md'), 'utf8')
    expect(readme.trim().split('\n').length, name).toBeLessThan(18)
    expect(list).toContain(`](${name}/README.md)`)
  }
})

test('device-code-cli/ asks its user once, and knows them from then on', async () => {
  const CLI_FOLDER = join(folder, 'cli')
  const cli = (...args: string[]): Promise<RunningExample> =>
    start('device-code-cli/cli.mjs', { ...emulator.env('cli'), CLI_FOLDER }, args)
  const login = await cli('login')
  const [, code = ''] = /type (\S+)$/.exec(await login.nextLine()) ?? []
  emulator.approveDeviceCode(code, { user: ada })
  expect(await login.finished()).toMatchObject({
    code: 0,
    output: expect.stringContaining('Signed in as ada@contoso.example'),
  })

  emulator.requests.clear()
  const { output } = await (await cli('token')).finished()
  expect(output).toMatch(/^A token for ada@contoso.example, good until \d{4}-/)
  expect(emulator.requests).toHaveLength(0)
  expect(await (await cli('logout')).finished()).toMatchObject({ code: 0, output: 'Signed out' })
})

describe('worker/', () => {
  test('does its rounds with one token, and ends when it is told to', async () => {
    emulator.requests.clear()
    const worker = await start('worker/worker.mjs', { WORKER_EVERY_MS: '1' })
    for (const round of [1, 2, 3])
      expect(await worker.nextLine(), `round ${round}`).toMatch(/^Round done, token good for/)
    worker.kill('SIGTERM')
    expect((await worker.finished()).output).toMatch(/Ended$/)
    expect(emulator.requests).toHaveLength(1)
  })

  test('runs as a pod of Kubernetes, as kubernetes/ deploys it', async () => {
    const pod = await emulator.kubernetes({ serviceAccount: 'web', namespace: 'shop', app: 'shop' })
    const [, { spec }] = parseAllDocuments(await source('kubernetes/deployment.yaml')).map((document) =>
      document.toJS(),
    )
    expect(spec.template.metadata.labels).toMatchObject({ 'azure.workload.identity/use': 'true' })
    const given = Object.fromEntries(
      spec.template.spec.containers[0].env.map(({ name, value }: { name: string; value: string }) => [name, value]),
    )
    const worker = await start('worker/worker.mjs', { AZURE_CLIENT_SECRET: '', ...pod.env, ...given })
    expect(await worker.nextLine()).toMatch(/^Round done/)
    worker.kill('SIGTERM')
    await worker.finished()
  })
})

describe('in a job without any secret, deploy.mjs signs in', () => {
  const ids = {
    AZURE_TENANT_ID: tenantId,
    AZURE_CLIENT_ID: emulator.env('shop').AZURE_CLIENT_ID,
    AZURE_CLIENT_SECRET: '',
  }

  test('on GitHub Actions', async () => {
    const workflow = await yaml('github-actions/deploy.yml')
    const job = emulator.githubActions({
      repository: 'octo/shop',
      environment: workflow.jobs.deploy.environment,
      app: 'shop',
    })
    expect(workflow.permissions['id-token']).toBe('write')
    const output = await outputOf('github-actions/deploy.mjs', { ...ids, ...job.env })
    expect(output).toBe('Signed in by GitHubActionsCredential')
  })

  test('on Azure Pipelines', async () => {
    const job = emulator.pipelines({ serviceConnectionId: '5e5e5e5e-0000-4000-8000-000000000001', app: 'shop' })
    const steps: { env?: Record<string, string> }[] = (await yaml('azure-pipelines/azure-pipelines.yml')).steps
    const mapped = steps.flatMap((step) => Object.keys(step.env ?? {}))
    expect(mapped).toEqual(['SYSTEM_ACCESSTOKEN', 'AZURE_SERVICE_CONNECTION_ID'])
    const output = await outputOf('github-actions/deploy.mjs', {
      ...{ ...ids, ...job.env, SYSTEM_ACCESSTOKEN: job.systemAccessToken },
      AZURE_SERVICE_CONNECTION_ID: job.serviceConnectionId,
    })
    expect(output).toBe('Signed in by AzurePipelinesCredential')
  })

  test('on GitLab, or wherever the platform gives a token', async () => {
    const { deploy } = await yaml('gitlab/.gitlab-ci.yml')
    const { aud } = deploy.id_tokens.AZURE_ID_TOKEN
    // Another issuer of the emulator's stands for GitLab's.
    const platform = emulator.githubActions({ repository: 'octo/shop', ref: 'refs/heads/main', app: 'shop' })
    const { ACTIONS_ID_TOKEN_REQUEST_URL: url, ACTIONS_ID_TOKEN_REQUEST_TOKEN: token } = platform.env
    const answer = await emulator.fetch(`${url}&audience=${aud}`, { headers: { authorization: `Bearer ${token}` } })
    const { value } = (await answer.json()) as { value: string }
    const output = await outputOf('github-actions/deploy.mjs', { ...ids, AZURE_ID_TOKEN: value })
    expect(output).toBe('Signed in by ClientAssertionCredential')
  })
})

function source(path: string): Promise<string> {
  return readFile(join(here, path), 'utf8')
}

/** A document whose form the test itself looks at. */
// biome-ignore lint/suspicious/noExplicitAny: it is a stranger's format, and what is missing fails the test
async function yaml(path: string): Promise<any> {
  return parseAllDocuments(await source(path))[0]?.toJS()
}
