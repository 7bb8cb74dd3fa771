import { startSandbox } from '@entrada/emulator/sandbox'

await startSandbox().catch(({ message }) => console.log(message))
