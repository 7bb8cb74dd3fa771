import type { CommandRow } from '../framework/command.ts'

/** The commands, in the order in which help lists them. */
export const commands: Readonly<Record<string, CommandRow>> = {
  token: { summary: 'Print an access token', load: () => import('./token.ts') },
  login: { summary: 'Sign in, and keep it as a profile', load: () => import('./login.ts') },
  logout: { summary: 'Forget a profile, its tokens and its secrets', load: () => import('./logout.ts') },
  status: { summary: 'Show the profiles, and who they are', load: () => import('./status.ts') },
  switch: { summary: 'Choose the profile that is used', load: () => import('./switch.ts') },
  doctor: { summary: 'Say why there is no token, and what to change', load: () => import('./doctor.ts') },
  verify: { summary: 'Verify an access token, in words', load: () => import('./verify.ts') },
  cache: { summary: 'List or remove the tokens that are kept', load: () => import('./cache.ts') },
  trust: { summary: 'Let a project’s configuration count', load: () => import('./trust.ts') },
  emulator: { summary: 'Run a local emulator of Entra ID', load: () => import('./emulator.ts') },
  completion: { summary: 'Print a script that completes in a shell', load: () => import('./completion.ts') },
  exec: { summary: 'Run a program that gets its tokens as on an Azure host', load: () => import('./exec.ts') },
  serve: { summary: 'Give tokens to programs and containers of this machine', load: () => import('./serve.ts') },
  keep: { summary: 'Keep a fresh token in a file', load: () => import('./keep.ts') },
  setup: { summary: 'Let kubectl, git, docker, npm, psql or terraform use it', load: () => import('./setup.ts') },
}
