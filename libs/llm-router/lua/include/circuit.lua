-- A provider's circuit: the fields of its hash as numbers, times in seconds since 1970, 0 where there is none. It is
-- tripped by failures (fail_count) or by a lack of money (parked_until); open_until alone is a wait that was asked for.
local circuitFields =
  { 'fail_count', 'first_fail_ts', 'open_until', 'opened_ts', 'generation', 'probe_until', 'parked_until' }

local time

local function clock()
  time = redis.call('TIME')
  return time[1] + time[2] / 1000000
end

-- Most circuits were never in trouble and have no key: an empty answer is the cheapest.
local function readCircuit(key)
  local values = redis.call('HGETALL', key)
  local circuit = {
    fail_count = 0, first_fail_ts = 0, open_until = 0, opened_ts = 0, generation = 0, probe_until = 0, parked_until = 0,
  }
  for i = 1, #values, 2 do
    if circuit[values[i]] then circuit[values[i]] = tonumber(values[i + 1]) or 0 end
  end
  return circuit
end

-- Generations stay after everything else is cleared, so that late answers of earlier ones are known.
local function writeCircuit(key, circuit, now, window)
  local values = {}
  for _, field in ipairs(circuitFields) do
    if circuit[field] ~= 0 then
      values[#values + 1] = field
      values[#values + 1] = string.format(string.match(field, '_ts$') and '%.3f' or '%.14g', circuit[field])
    end
  end
  redis.call('DEL', key)
  if #values == 0 then return end
  redis.call('HSET', key, unpack(values))
  local last = math.max(now, circuit.open_until, circuit.probe_until, circuit.parked_until)
  redis.call('EXPIRE', key, math.ceil(last - now + math.max(window, 3600)))
end

local function standing(circuit, now, threshold)
  if circuit.parked_until > now then return 'parked', circuit.parked_until - now end
  local tripped = circuit.fail_count >= threshold or circuit.parked_until > 0
  if circuit.open_until > now then return tripped and 'open' or 'cooling', circuit.open_until - now end
  if not tripped then return 'usable', 0 end
  if circuit.probe_until > now then return 'open', circuit.probe_until - now end
  return 'probe', 0
end
