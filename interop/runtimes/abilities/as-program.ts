// The abilities as a program. What is given comes by an environment variable, what came of it leaves by standard output.
import { tryAbilities } from './try-abilities.ts'

const { ENTRADA_GIVEN = '{}', HTTPS_PROXY } = process.env
const isBehindProxy = HTTPS_PROXY !== undefined
const outcomes = await tryAbilities(
  JSON.parse(ENTRADA_GIVEN),
  (ability) => (ability.isBehindProxy ?? false) === isBehindProxy,
)
console.log(JSON.stringify(outcomes))
