// The abilities as a script of workerd, which runs them for each request.
import { tryAbilities } from './try-abilities.ts'

export default {
  async fetch(request: Request): Promise<Response> {
    return Response.json(await tryAbilities((await request.json()) as never, ({ isBehindProxy }) => !isBehindProxy))
  },
}
