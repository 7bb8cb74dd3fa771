/** The page of a credential, from `docs/`, named as its source file is. */
export function credentialPage(name: string): string {
  const words = name.replace('GitHub', 'Github').replace('PowerShell', 'Powershell')
  return `credentials/${words.replace(/(?<=[a-z])(?=[A-Z])/g, '-').toLowerCase()}.md`
}
