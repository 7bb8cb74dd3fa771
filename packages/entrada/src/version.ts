/** The library's version, for `User-Agent`. A test compares it with package.json. */
export const version = '0.1.0'

/** The version of `@azure/identity` whose behaviour this library follows. Services count by it in `User-Agent`. */
export const followedVersion = '4.13.1'
