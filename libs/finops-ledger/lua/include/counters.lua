-- budget:<YYYY-MM> has a record of doubles for each scope: the latest day of the month that was written to, that day's
-- spent and reserved, and those of the whole month. One field instead of two is half the work of a call. When the next day
-- begins, the day before moves to '<DD>|<scope>'. '<DD>#' counts what became of the day's holds: made, settled, voided,
-- expired, late, refused.
local made, settled, voided, expired, late, refused = 1, 2, 3, 4, 5, 6
local budgetSeconds = '34560000'
local recordForm, dayForm, countsForm = '<ddddd', '<dd', '<dddddd'

-- Spent and reserved of a day and of its month.
local function check(key, field, daySpent, dayReserved, spent, reserved)
  if daySpent + dayReserved > exact or spent + reserved > exact then fail('FULL', key, field) end
  -- Not a number compares as false.
  local isWhole = daySpent % 1 + dayReserved % 1 + spent % 1 + reserved % 1 == 0
  if not (isWhole and daySpent >= 0 and dayReserved >= 0 and spent >= 0 and reserved >= 0) then fail('CORRUPT', key, field) end
end

-- Spent and reserved of a day that is not the latest of its month any more.
local function earlierDay(key, field)
  local value = read('HGET', key, field)
  if not value then return 0, 0 end
  if #value ~= 16 then fail('CORRUPT', key, field) end
  return struct.unpack(dayForm, value)
end

-- What to write with HSET (nothing is written yet) to add to spent and reserved of scopes[first..] and to a count, and
-- whether the day is a new one. Puts the sums of spent and reserved after it, of the day and of the month in turn, into
-- sums where somebody wants them.
local function posting(prefix, day, scopes, first, spending, holding, what, sums)
  local pack, unpackNumbers = struct.pack, struct.unpack
  local key, digits = prefix .. 'budget:' .. string.sub(day, 1, 7), string.sub(day, 9)
  local number, countsField = tonumber(digits), digits .. '#'
  local values = read('HMGET', key, countsField, unpack(scopes, first))
  local counts = { 0, 0, 0, 0, 0, 0 }
  if values[1] then
    if #values[1] ~= 48 then fail('CORRUPT', key, countsField) end
    counts = { unpackNumbers(countsForm, values[1]) }
  end
  counts[what] = counts[what] + 1
  -- As long as five scopes need: a table that grows is made again and again.
  local updates, n = { countsField, pack(countsForm, unpack(counts, 1, 6)), 0, 0, 0, 0, 0, 0, 0, 0, 0, 0 }, 2
  for i = 2, #values do
    local field, value = scopes[first + i - 2], values[i]
    local latest, daySpent, dayReserved, spent, reserved = number, 0, 0, 0, 0
    if value then
      if #value ~= 40 then fail('CORRUPT', key, field) end
      latest, daySpent, dayReserved, spent, reserved = unpackNumbers(recordForm, value)
    end
    spent, reserved = spent + spending, reserved + holding
    if latest > number then
      check(key, field, daySpent, dayReserved, spent, reserved)
      updates[n + 1], updates[n + 2] = field, pack(recordForm, latest, daySpent, dayReserved, spent, reserved)
      field = digits .. '|' .. field
      daySpent, dayReserved = earlierDay(key, field)
      daySpent, dayReserved = daySpent + spending, dayReserved + holding
      updates[n + 3], updates[n + 4] = field, pack(dayForm, daySpent, dayReserved)
      n = n + 4
    else
      if latest < number then
        updates[n + 1], updates[n + 2] = string.format('%02d|%s', latest, field), pack(dayForm, daySpent, dayReserved)
        n, daySpent, dayReserved = n + 2, 0, 0
      end
      daySpent, dayReserved = daySpent + spending, dayReserved + holding
      updates[n + 1], updates[n + 2] = field, pack(recordForm, number, daySpent, dayReserved, spent, reserved)
      n = n + 2
    end
    check(key, field, daySpent, dayReserved, spent, reserved)
    if sums then sums[2 * i - 3], sums[2 * i - 2] = daySpent + dayReserved, spent + reserved end
  end
  for i = #updates, n + 1, -1 do updates[i] = nil end
  return key, updates, not values[1]
end

local function post(key, updates, isNew)
  redis.call('HSET', key, unpack(updates))
  if isNew then redis.call('EXPIRE', key, budgetSeconds) end
end
