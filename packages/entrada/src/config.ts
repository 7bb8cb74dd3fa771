/**
 * Credentials as data: from a description, or from a profile of a configuration file. An entry of its own, because it knows
 * every credential: a program that does without it carries none of it.
 * @module
 */
export { type ConfigFile, configFolder, isProfileName } from './config/config-file.ts'
export { type CredentialDescription, credentialFrom, type DescribedCredential } from './config/credential-from.ts'
export {
  type ChosenProfile,
  type ConfigOptions,
  chooseProfile,
  credentialFromConfig,
  openConfig,
} from './config/credential-from-config.ts'
export type { CheckedDescription, DescribedOptions } from './config/described-credential.ts'
export { type CredentialName, credentialFields, type Field, fieldsOf } from './config/fields.ts'
export { type FindConfigOptions, type FoundConfig, ownFile, projectFile } from './config/find-config.ts'
export { dropSecret, keepSecret, openStore, readSecret, storeName } from './config/kept-secrets.ts'
export { configSchema } from './config/schema.ts'
export { setTrusted, writeWhole } from './config/trusted-files.ts'
export { type DiagnosisTools, diagnosisTools } from './diagnosis.ts'
