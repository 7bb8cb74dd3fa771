/**
 * The operations that must be atomic, as Redis scripts. Times are in milliseconds since the epoch by the client's
 * clock, as in the records themselves.
 */

/**
 * How long a name stays in its index after its record has expired, in milliseconds: a client whose clock is ahead must
 * not remove the names of valid records, which signing out relies on.
 */
export const indexMargin: number = 24 * 3600_000

/**
 * Writes a record and its name in the index, each with a time to live. If the existing value looks like a record that
 * may have to stay (one that claims to expire later, or any sign-in), nothing is written, and it is returned with its
 * SHA-1. The client then opens it, because its claim is unverified, and calls again with the SHA-1 of the value that
 * may be overwritten. KEYS: record, index. ARGV: the SHA-1 of the value that may be overwritten, `sign-in` or nothing,
 * the most that is read, envelope, expiry, now, name.
 */
export const setScript: string = `
local expiry, now = tonumber(ARGV[5]), tonumber(ARGV[6])
local former = redis.pcall('GETRANGE', KEYS[1], 0, tonumber(ARGV[3]) - 1)
if type(former) == 'string' and former ~= '' then
  local sha1 = redis.sha1hex(former)
  local theirs = tonumber(string.match(former, '^entrada%d+%.%x+%.(%d+)%.') or '')
  if theirs and sha1 ~= ARGV[1] and (theirs > expiry or ARGV[2] ~= '') then return { former, sha1 } end
end
redis.call('SET', KEYS[1], ARGV[4], 'PX', string.format('%d', expiry - now))
if redis.call('TYPE', KEYS[2]).ok ~= 'zset' then redis.call('DEL', KEYS[2]) end
redis.call('ZADD', KEYS[2], ARGV[5], ARGV[7])
redis.call('ZREMRANGEBYSCORE', KEYS[2], '-inf', string.format('%d', now - ${indexMargin}))
local last = redis.call('ZRANGE', KEYS[2], -1, -1, 'WITHSCORES')
redis.call('PEXPIRE', KEYS[2], string.format('%d', tonumber(last[2]) - now))
return 1`

/**
 * Removes records and their names in the index. KEYS: a record, index, further records. ARGV: the names of the records.
 */
export const deleteScript: string = `
redis.call('DEL', KEYS[1])
for place = 3, #KEYS do redis.call('DEL', KEYS[place]) end
for name = 1, #ARGV do redis.pcall('ZREM', KEYS[2], ARGV[name]) end
return 1`

/**
 * Removes a value that could not be read, if it is still there; a value that is too long or not a string is removed in
 * any case. KEYS: record. ARGV: the SHA-1 of what was read, the length that is too long.
 */
export const dropScript: string = `
local length = redis.pcall('STRLEN', KEYS[1])
if type(length) ~= 'number' or length >= tonumber(ARGV[2]) or redis.sha1hex(redis.call('GET', KEYS[1]) or '') == ARGV[1] then
  return redis.call('UNLINK', KEYS[1])
end
return 0`

/**
 * Takes a lease, if nobody holds it. A value that never expires, or far later than a lease, is not a lease: waiting for
 * it would be in vain. KEYS: lease. ARGV: the holder's mark, the lease's milliseconds.
 */
export const leaseScript: string = `
local left = redis.call('PTTL', KEYS[1])
if left >= 0 and left <= 2 * tonumber(ARGV[2]) then return 0 end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
return 1`

/** Ends a lease, if it is still the caller's. KEYS: lease. ARGV: the holder's mark. */
export const releaseScript: string = `
if redis.pcall('GET', KEYS[1]) == ARGV[1] then return redis.call('DEL', KEYS[1]) end
return 0`
