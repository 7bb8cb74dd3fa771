import type { OptionDeclarations } from '../framework/command.ts'

/** The options of every command that needs a credential: see `openCredential`. */
export const credentialOptions = {
  profile: {
    type: 'string',
    short: 'p',
    value: 'NAME',
    help: 'The profile to use; so does the variable ENTRADA_PROFILE',
  },
  config: {
    type: 'string',
    value: 'FILE',
    help: 'The configuration to read in place of your own; so does the variable ENTRADA_CONFIG',
  },
  credential: {
    type: 'string',
    value: 'NAME',
    help: 'A credential by the name of its class, with its usual variables, in place of a profile',
  },
} as const satisfies OptionDeclarations
