import { configSchema } from 'entrada/config'
import { expect, test } from 'vitest'

test('the published JSON schema is what the code checks with; --update writes it', async () => {
  await expect(`${JSON.stringify(configSchema())}\n`).toMatchFileSnapshot('../../config.schema.json')
})
