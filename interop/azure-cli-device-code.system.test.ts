import { AzureCliCredential } from 'entrada'
import { decodeJwt } from 'jose'
import { afterAll, expect, test, vi } from 'vitest'
import { CLOUD_HOSTS, openAzureCliHouse } from './azure-cli.ts'
import { confirmDevice, enterDeviceCode, launchChromium, newPerson, signInByKeyboard } from './chromium.ts'
import { azureCliComponent, chromium, component } from './components.ts'
import { ada, contosoSignsIn } from './signing-in.ts'
import { startTrustedEmulator } from './trusted-emulator.ts'

component(azureCliComponent)
component(chromium)
vi.setConfig({ testTimeout: 120_000, hookTimeout: 60_000 })

const emulator = await startTrustedEmulator({
  directory: contosoSignsIn,
  hosts: CLOUD_HOSTS,
  deviceCode: { intervalSeconds: 1 },
})
const house = await openAzureCliHouse(emulator)
afterAll(async () => {
  await house[Symbol.asyncDispose]()
  await emulator.close()
})

test('az login --use-device-code: the code is typed into the page that az names, and our credential has the account', async () => {
  const az = await house.fresh()
  const browser = await launchChromium()
  try {
    const page = await newPerson(browser)
    let typing: Promise<void> | undefined
    const ended = await az.run(['login', '--use-device-code', '--allow-no-subscriptions'], (said) => {
      const [, address, code] = /open the page (\S+) and enter the code (\w{9}) to authenticate/.exec(said) ?? []
      if (address === undefined || code === undefined) return
      typing ??= enterDeviceCode(page, address, code)
        .then(() => signInByKeyboard(page, ada, 'enchantress'))
        .then(() => confirmDevice(page))
    })
    await typing
    expect(ended).toMatchObject({ code: 0 })
  } finally {
    await browser.close()
  }
  await using credential = new AzureCliCredential({ host: { env: az.env }, processTimeoutInMs: 60_000 })
  const { token } = await credential.getToken('https://storage.azure.com/.default')
  expect(decodeJwt(token)).toMatchObject({ upn: ada, aud: 'https://storage.azure.com' })
})
