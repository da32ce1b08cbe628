-- budget:<YYYY-MM> has a record of doubles for each scope: the latest day of the month that was written to, that day's
-- spent and reserved, and those of the whole month. One field instead of two is half the work of a call. When the next day
-- begins, the day before moves to '<DD>|<scope>'. '<DD>#' counts what became of the day's holds: made, settled, voided,
-- expired, late, refused.
local made, settled, voided, expired, late, refused = 1, 2, 3, 4, 5, 6
local budgetSeconds = 34560000
local recordForm, dayForm, countsForm = '<ddddd', '<dd', '<dddddd'

local function readNumbers(form, value, key, field)
  if #value ~= 8 * (#form - 1) then fail('CORRUPT', key, field) end
  return struct.unpack(form, value)
end

local function check(key, field, spent, reserved)
  if spent + reserved > exact then fail('FULL', key, field) end
  -- Not a number compares as false.
  if not (spent >= 0 and reserved >= 0 and spent % 1 == 0 and reserved % 1 == 0) then fail('CORRUPT', key, field) end
end

-- Adds to a day that is not the latest of its month any more.
local function earlierDay(key, field, written, spending, holding)
  local spent, reserved = 0, 0
  if written then spent, reserved = readNumbers(dayForm, written, key, field) end
  spent, reserved = spent + spending, reserved + holding
  check(key, field, spent, reserved)
  return spent, reserved
end

-- What to write with HSET (nothing is written yet) to add to spent and reserved of scopes[first..] and to a count; the
-- sums of spent and reserved after it, of the day and of the month in turn; and whether the day is a new one.
local function posting(prefix, day, scopes, first, spending, holding, what)
  local key, digits = prefix .. 'budget:' .. string.sub(day, 1, 7), string.sub(day, 9)
  local number, fields, pack, updates, sums, n = tonumber(digits), { unpack(scopes, first) }, struct.pack, {}, {}, 0
  local count = #fields
  fields[count + 1] = digits .. '#'
  local values = read('HMGET', key, unpack(fields))
  for i = 1, count do
    local field, value = fields[i], values[i]
    local latest, daySpent, dayReserved, spent, reserved = number, 0, 0, 0, 0
    if value then latest, daySpent, dayReserved, spent, reserved = readNumbers(recordForm, value, key, field) end
    spent, reserved = spent + spending, reserved + holding
    check(key, field, spent, reserved)
    if latest > number then
      local earlier = digits .. '|' .. field
      updates[n + 1], updates[n + 2] = field, pack(recordForm, latest, daySpent, dayReserved, spent, reserved)
      daySpent, dayReserved = earlierDay(key, earlier, read('HGET', key, earlier), spending, holding)
      updates[n + 3], updates[n + 4] = earlier, pack(dayForm, daySpent, dayReserved)
      n = n + 4
    else
      if latest < number then
        updates[n + 1], updates[n + 2] = string.format('%02d|%s', latest, field), pack(dayForm, daySpent, dayReserved)
        n, daySpent, dayReserved = n + 2, 0, 0
      end
      daySpent, dayReserved = daySpent + spending, dayReserved + holding
      check(key, field, daySpent, dayReserved)
      updates[n + 1], updates[n + 2] = field, pack(recordForm, number, daySpent, dayReserved, spent, reserved)
      n = n + 2
    end
    sums[2 * i - 1], sums[2 * i] = daySpent + dayReserved, spent + reserved
  end
  local counts = { 0, 0, 0, 0, 0, 0 }
  if values[count + 1] then counts = { readNumbers(countsForm, values[count + 1], key, fields[count + 1]) } end
  counts[what] = counts[what] + 1
  updates[n + 1], updates[n + 2] = fields[count + 1], pack(countsForm, unpack(counts, 1, 6))
  return key, updates, sums, not values[count + 1]
end

local function post(key, updates, isNew)
  redis.call('HSET', key, unpack(updates))
  if isNew then redis.call('EXPIRE', key, budgetSeconds) end
end
