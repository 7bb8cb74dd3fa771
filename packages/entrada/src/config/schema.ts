import { type CredentialName, commonFields, credentialFields, type Field, type Fields } from './fields.ts'

type Schema = { readonly [word: string]: unknown }

/** The JSON Schema of a configuration, made of the table that the code checks with; published as `config.schema.json`. */
export function configSchema(): Schema {
  const names = Object.keys(credentialFields) as CredentialName[]
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: 'The configuration of entrada',
    type: 'object',
    additionalProperties: false,
    properties: {
      $schema: { type: 'string' },
      defaultProfile: { type: 'string', description: 'The profile that is meant where none is named.' },
      profiles: {
        type: 'object',
        description: 'Credentials by name.',
        propertyNames: { pattern: '^[\\w][\\w.-]{0,63}$' },
        additionalProperties: { $ref: '#/$defs/description' },
      },
    },
    $defs: {
      description: {
        oneOf: [
          { $ref: '#/$defs/credential' },
          {
            type: 'array',
            minItems: 1,
            items: { $ref: '#/$defs/credential' },
            description: 'A chain: its members are asked in order.',
          },
        ],
      },
      credential: { oneOf: names.map((name) => ({ $ref: `#/$defs/${name}` })) },
      reference: {
        oneOf: [
          referenceTo('env', 'Name of a variable.'),
          referenceTo('file', 'Path of a file; a relative one starts from this file’s folder.'),
          referenceTo('kept', 'What entrada login has put into the keyring.'),
        ],
      },
      common: objectOf(commonFields),
      ...Object.fromEntries(names.map((name) => [name, schemaOf(name)])),
    },
  }
}

function schemaOf(name: CredentialName): Schema {
  const { properties, ...rest } = objectOf(credentialFields[name])
  const { required = [] } = rest as { required?: readonly string[] }
  // What every credential has stands once.
  const shared = Object.keys(commonFields).map((field) => [field, { $ref: `#/$defs/common/properties/${field}` }])
  return {
    ...rest,
    properties: { credential: { const: name }, ...(properties as object), ...Object.fromEntries(shared) },
    required: ['credential', ...required],
  }
}

function objectOf(fields: Fields): Schema {
  const required = Object.entries(fields).flatMap(([name, field]) => (field.required ? [name] : []))
  return {
    type: 'object',
    additionalProperties: false,
    properties: Object.fromEntries(Object.entries(fields).map(([name, field]) => [name, fieldSchema(field)])),
    ...(required.length > 0 ? { required } : {}),
  }
}

function fieldSchema({ is, choices, help, ownOnly, isId, notEmpty }: Field): Schema {
  const description = ownOnly ? `${help} In your own configuration alone.` : help
  if (typeof is === 'object') return { ...objectOf(is), ...(notEmpty ? { minProperties: 1 } : {}), description }
  const reference = { $ref: '#/$defs/reference' }
  switch (is) {
    case 'secret':
      return { ...reference, description }
    case 'string':
      return choices === undefined
        ? { oneOf: [isId ? idSchema : { type: 'string', minLength: 1 }, reference], description }
        : { enum: choices, description }
    case 'strings':
      return { type: 'array', items: { type: 'string', minLength: 1 }, description }
    case 'record':
      return { type: 'object', additionalProperties: { type: 'string' }, description }
    case 'number':
      return { type: 'number', minimum: 0, description }
    default:
      return { type: is, description }
  }
}

/** Any capitals: a pattern of JSON Schema has no flags. */
const idSchema: Schema = {
  type: 'string',
  pattern: '^[0-9A-Fa-f]{8}-([0-9A-Fa-f]{4}-){3}[0-9A-Fa-f]{12}$',
}

function referenceTo(name: string, description: string): Schema {
  return {
    type: 'object',
    additionalProperties: false,
    required: [name],
    properties: { [name]: { type: 'string', minLength: 1, description } },
  }
}
