// A test of a user's, for Jest as it is: the package is replaced by what Jest makes of its exports.
jest.mock('entrada')
const { CredentialUnavailableError, DefaultAzureCredential, getBearerTokenProvider } = require('entrada')

test('a credential that Jest has mocked answers as the test says', async () => {
  DefaultAzureCredential.prototype.getToken.mockResolvedValue({ token: 'mocked', expiresOnTimestamp: 1 })
  const credential = new DefaultAzureCredential()
  await expect(credential.getToken('scope')).resolves.toEqual({ token: 'mocked', expiresOnTimestamp: 1 })
  expect(DefaultAzureCredential).toHaveBeenCalledTimes(1)
})

test('functions and errors are mocked too', () => {
  expect(jest.isMockFunction(getBearerTokenProvider)).toBe(true)
  expect(new CredentialUnavailableError('not here')).toBeInstanceOf(CredentialUnavailableError)
})
