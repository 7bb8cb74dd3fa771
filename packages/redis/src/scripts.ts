/**
 * What has to happen at once, as scripts of Redis. Times are milliseconds since the epoch, of the client's clock, as in
 * the records themselves.
 */

/** A refresh token lasts 90 days: what claims to last longer than this is no record of ours, and nobody's hindrance. */
const longestLife = 100 * 24 * 3600_000

/**
 * Writes a record and its name in the index, each with a time to live, unless the record that is there expires later.
 * KEYS record, index. ARGV envelope, expiry, now, name.
 */
export const setScript: string = `
local expiry, now = tonumber(ARGV[2]), tonumber(ARGV[3])
local former = redis.pcall('GETRANGE', KEYS[1], 0, 63)
if type(former) == 'string' then
  local theirs = tonumber(string.match(former, '^entrada%d+%.%x+%.(%d+)%.') or '')
  if theirs and theirs > expiry and theirs < now + ${longestLife} then return 0 end
end
redis.call('SET', KEYS[1], ARGV[1], 'PX', string.format('%d', expiry - now))
if redis.call('TYPE', KEYS[2]).ok ~= 'zset' then redis.call('DEL', KEYS[2]) end
redis.call('ZADD', KEYS[2], ARGV[2], ARGV[4])
redis.call('ZREMRANGEBYSCORE', KEYS[2], '-inf', ARGV[3])
local last = redis.call('ZRANGE', KEYS[2], -1, -1, 'WITHSCORES')
redis.call('PEXPIRE', KEYS[2], string.format('%d', tonumber(last[2]) - now))
return 1`

/** Removes a record and its name in the index. KEYS record, index. ARGV name. */
export const deleteScript: string = `
redis.call('DEL', KEYS[1])
redis.pcall('ZREM', KEYS[2], ARGV[1])
return 1`

/**
 * Removes what could not be read, if it is still what is there; whatever is too long or no text is.
 * KEYS record. ARGV the SHA-1 of what was read, the length that is too long.
 */
export const dropScript: string = `
local length = redis.pcall('STRLEN', KEYS[1])
if type(length) ~= 'number' or length >= tonumber(ARGV[2]) or redis.sha1hex(redis.call('GET', KEYS[1]) or '') == ARGV[1] then
  return redis.call('UNLINK', KEYS[1])
end
return 0`

/** Ends a lease, if it is still the caller's. KEYS lease. ARGV the holder's mark. */
export const releaseScript: string = `
if redis.pcall('GET', KEYS[1]) == ARGV[1] then return redis.call('DEL', KEYS[1]) end
return 0`
