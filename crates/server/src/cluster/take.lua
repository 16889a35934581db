-- Takes a call from each budget, by the time of Redis: a log of the calls in the window, oldest first.
-- KEYS: for each budget its log, and what stands while it is shut.
-- ARGV: the window and how long a used-up budget is shut (0: not at all), in microseconds; then each limit.
-- Answers how long to wait in microseconds; 0 where each had room.
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
local window, lock = tonumber(ARGV[1]), tonumber(ARGV[2])

-- Lua would write a time of this size with an exponent.
local function text(number) return string.format('%.0f', number) end

local function milliseconds(microseconds) return text(math.ceil(microseconds / 1000)) end

for place = 1, #KEYS, 2 do
  local calls, shut = KEYS[place], KEYS[place + 1]
  local limit = tonumber(ARGV[2 + (place + 1) / 2])
  if lock > 0 then
    local left = redis.call('PTTL', shut)
    if left > 0 then return left * 1000 end
  end

  local last = tonumber(redis.call('LINDEX', calls, -1) or 0)
  if last > now then
    -- The clock was set back: what was let through counts from now on.
    local count = redis.call('LLEN', calls)
    redis.call('DEL', calls)
    for _ = 1, count do redis.call('RPUSH', calls, text(now)) end
  end

  local first = tonumber(redis.call('LINDEX', calls, 0) or now)
  while first <= now - window do
    redis.call('LPOP', calls)
    first = tonumber(redis.call('LINDEX', calls, 0) or now)
  end

  if redis.call('LLEN', calls) >= limit then
    redis.call('PEXPIRE', calls, milliseconds(window))
    if lock == 0 then return first + window - now end
    redis.call('SET', shut, '', 'PX', milliseconds(lock))
    return lock
  end
  redis.call('RPUSH', calls, text(now))
  redis.call('PEXPIRE', calls, milliseconds(window))
end
return 0
