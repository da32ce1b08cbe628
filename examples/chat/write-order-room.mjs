/**
 * Writes 공동구매_주문방.txt, the chat that `npm run demo` converts: an order room of a made-up village, exported by the
 * Windows app. Everybody and everything in it is invented. The same run gives the same bytes:
 *
 *     node examples/chat/write-order-room.mjs
 */
import { writeFileSync } from 'node:fs';
import { people, products, talk } from './order-room-script.mjs';

const FIRST_DAY = Date.UTC(2026, 9, 19);
const DAY = 86_400_000;
const WEEKDAYS = ['일', '월', '화', '수', '목', '금', '토'];

let state = 20261019;
/** A number from 0 to 1 (mulberry32), the same in every run. */
function random() {
  state = (state + 0x6d2b79f5) >>> 0;
  let mixed = Math.imul(state ^ (state >>> 15), state | 1);
  mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
  return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
}

function shuffled(list) {
  const copy = [...list];
  for (let last = copy.length - 1; last > 0; last -= 1) {
    const other = Math.floor(random() * (last + 1));
    [copy[last], copy[other]] = [copy[other], copy[last]];
  }
  return copy;
}

/** Hands out every line of a list once before any comes again. */
function deck(list) {
  let rest = [];
  return () => {
    if (rest.length === 0) rest = shuffled(list);
    return rest.pop();
  };
}

const decks = Object.fromEntries(Object.entries(talk).map(([name, lines]) => [name, deck(lines)]));
const lines = [];
let minute = 0;

function day(number) {
  const date = new Date(FIRST_DAY + number * DAY);
  const name = `${date.getUTCFullYear()}년 ${date.getUTCMonth() + 1}월 ${date.getUTCDate()}일 ${WEEKDAYS[date.getUTCDay()]}요일`;
  lines.push(`--------------- ${name} ---------------`);
}

function at(hour, minutes) {
  minute = Math.max(minute, hour * 60 + minutes);
}

function time() {
  const hour = Math.floor(minute / 60) % 24;
  const shown = hour % 12 === 0 ? 12 : hour % 12;
  return `${hour < 12 ? '오전' : '오후'} ${shown}:${String(minute % 60).padStart(2, '0')}`;
}

function say(name, text) {
  lines.push(`[${name}] [${time()}] ${text.replaceAll('\n', '\r\n')}`);
  minute += random() < 0.35 ? 0 : 1 + Math.floor(random() * 6);
}

function won(amount) {
  return amount.toLocaleString('en-US');
}

const treasurer = people.treasurer;
const members = people.members;
/** Who is in the room now. */
let present = [...members];

/** English is spoken by Emily and Korean by the others. */
function asker(text) {
  const english = /^[A-Za-z]/.test(text);
  return shuffled(present).find((person) => (person.english === true) === english).name;
}

function order(product, person) {
  const count = 1 + Math.floor(random() * random() * 4);
  say(person.name, person.order({ item: product.item, unit: product.unit, count }));
  return { person, count };
}

function summary(product, orders) {
  const rows = orders.map(({ person, count }) => `- ${person.short} ${count}${product.unit} ${won(count * product.price)}원`);
  const total = orders.reduce((sum, { count }) => sum + count, 0);
  return `[${product.item} 주문 현황]\n${rows.join('\n')}\n\n합계 ${total}${product.unit} / ${won(total * product.price)}원`;
}

function sale(product) {
  at(9, 5 + Math.floor(random() * 40));
  say(treasurer, product.announcement);
  if (random() < 0.8) say(treasurer, random() < 0.5 ? '사진' : `사진 ${2 + Math.floor(random() * 3)}장`);
  const buyers = shuffled(present).slice(0, 7 + Math.floor(random() * 6));
  const questions = [...product.questions];
  const orders = [];
  for (const buyer of buyers) {
    if (questions.length > 0 && random() < 0.55) {
      const [question, answer] = questions.shift();
      say(asker(question), question);
      say(treasurer, answer);
    }
    orders.push(order(product, buyer));
    if (random() < 0.3) say(treasurer, decks.noted());
    if (random() < 0.14 && buyer.english !== true) say(buyer.name, decks.chatter());
  }
  at(14, Math.floor(random() * 50));
  if (random() < 0.5) {
    const changed = orders[Math.floor(random() * orders.length)];
    say(changed.person.name, decks.change());
    changed.count += 1;
    say(treasurer, decks.noted());
  }
  at(20, Math.floor(random() * 30));
  say(treasurer, summary(product, orders));
  say(treasurer, `파일: ${product.item.replaceAll(' ', '_')}_주문현황.xlsx`);
  say(treasurer, decks.account());
  for (const { person, count } of orders) {
    if (random() < 0.75) say(person.name, person.paid(won(count * product.price)));
    if (random() < 0.1) say(person.name, '이모티콘');
  }
  if (random() < 0.6) say(treasurer, decks.paidThanks());
}

function delivery(product) {
  at(16, Math.floor(random() * 40));
  say(people.driver, product.arrival);
  say(people.driver, random() < 0.5 ? '사진' : '동영상');
  for (const person of shuffled(present).slice(0, 4)) {
    say(person.name, person.english === true ? decks.englishPickup() : decks.pickup());
  }
  if (random() < 0.7) say(asker('후기'), decks.review());
  if (random() < 0.5) say(shuffled(present)[0].name, '사진');
}

function smallTalk(count) {
  for (let turn = 0; turn < count; turn += 1) {
    const [opening, reply] = decks.smallTalk();
    const first = asker(opening);
    say(first, opening);
    say(shuffled(present).find(({ name, english }) => name !== first && english !== true).name, reply);
  }
}

function comings(number) {
  for (const event of people.events.filter((one) => one.day === number)) {
    at(event.hour, 0);
    lines.push(event.line);
    if (event.joins !== undefined) present = [...present, people.newcomers[event.joins]];
    if (event.leaves !== undefined) present = present.filter(({ name }) => name !== event.leaves);
    for (const [name, text] of event.replies) say(name, text);
  }
}

lines.push('한울마을 공동구매 주문방 님과 카카오톡 대화', '저장한 날짜 : 2026-11-06 09:12:44', '');
for (let number = 0; number < 18; number += 1) {
  minute = 8 * 60 + Math.floor(random() * 30);
  day(number);
  comings(number);
  const product = products[number];
  const arrived = products[number - 2];
  if (number % 3 === 0) smallTalk(2);
  if (product !== undefined) sale(product);
  if (arrived !== undefined) delivery(arrived);
  at(21, 10);
  if (number % 2 === 1) smallTalk(1 + Math.floor(random() * 2));
  if (number % 5 === 2) say(shuffled(present)[0].name, '삭제된 메시지입니다.');
}

const text = `${lines.join('\r\n')}\r\n`;
writeFileSync(new URL('./공동구매_주문방.txt', import.meta.url), text);
process.stdout.write(`${lines.filter((line) => /^\[.+?\] \[오[전후] /.test(line)).length} messages, ${text.length} characters\n`);
