-- The server's time, of a script this one rides in where it has asked already.
local time = ...

local function now()
  time = time or redis.call('TIME')
  return time[1] * 1000 + math.floor(time[2] / 1000)
end
