import { expect, test } from 'vitest'
import { MOST, parse, type Moment } from '@/domains/commands/parse'
import { isNight } from '@/app/useNight'

/** Every phrase of the service's own list (spec A 6), and ours. */
const PHRASES: [Moment[], string, string][] = [
  [['main', 'ringing', 'talking', 'looking'], 'open', '开门 请开门 打开门 请打开门 请帮我开门'],
  [
    ['ringing'],
    'answer',
    '接起 接听 接听来电 接听对讲 接听呼叫 接听电话 接通 接通来电 接通对讲 接通呼叫 接通电话',
  ],
  [
    ['ringing', 'talking', 'calling'],
    'hangUp',
    '挂断 挂断来电 挂断对讲 挂断呼叫 挂断电话 挂机 结束 结束来电 结束对讲 结束呼叫 结束电话',
  ],
  [
    ['main', 'prompt'],
    'play',
    '播放 公告 小区公告 播放公告 播放小区公告 读公告 读小区公告 打开公告 打开小区公告',
  ],
  [['prompt'], 'dismiss', '不 不要 不听 不播放 不要播放'],
  [['playing'], 'stop', '停止 停止播放 停止公告播放 退出 退出播放 退出公告播放 关闭 关闭播放 关闭公告播放'],
  [['main'], 'look', '查看视频'],
  [['main'], 'property', '呼叫物业'],
]
const ENGLISH: [Moment, string, string][] = [
  ['ringing', 'answer', 'Answer'],
  ['ringing', 'open', 'Open the door, please'],
  ['talking', 'hangUp', 'hang up'],
  ['main', 'property', 'Call the property.'],
  ['main', 'look', 'show the door'],
  ['prompt', 'dismiss', "Don't play"],
  ['playing', 'stop', 'stop'],
]

test('each phrase means its command, with and without the name of the terminal', () => {
  for (const [moments, kind, phrases] of PHRASES)
    for (const phrase of phrases.split(' '))
      for (const moment of moments) {
        expect(parse(phrase, moment), `${phrase} ${moment}`).toEqual({ kind })
        expect(parse(`天猫精灵，${phrase}。`, moment), `${phrase} ${moment}`).toEqual({ kind })
      }
})

test('English says the same', () => {
  for (const [moment, kind, phrase] of ENGLISH)
    expect(parse(phrase.replace(', please', ''), moment), phrase).toEqual({ kind })
})

test('a word means nothing at another moment', () => {
  expect(parse('接听', 'main')).toBeNull()
  expect(parse('挂断', 'main')).toBeNull()
  expect(parse('不', 'talking')).toBeNull()
  expect(parse('停止', 'main')).toBeNull()
  expect(parse('呼叫物业', 'ringing')).toBeNull()
})

test('lifts and floors', () => {
  expect(parse('帮我呼叫电梯', 'main')).toEqual({ kind: 'lift', floor: '' })
  expect(parse('天猫精灵，帮我呼叫电梯到十二楼', 'main')).toEqual({ kind: 'lift', floor: '12' })
  expect(parse('呼叫电梯到5层', 'main')).toEqual({ kind: 'lift', floor: '5' })
  expect(parse('呼叫电梯至负一楼', 'main')).toEqual({ kind: 'lift', floor: '-1' })
  expect(parse('呼叫电梯到B1层', 'main')).toEqual({ kind: 'lift', floor: 'B1' })
  expect(parse('call the lift to floor 7', 'main')).toEqual({ kind: 'lift', floor: '7' })
  expect(parse('call the lift', 'main')).toEqual({ kind: 'lift', floor: '' })
  expect(parse('我在二十一楼', 'main')).toEqual({ kind: 'floor', floor: '21' })
  expect(parse('十层', 'main')).toEqual({ kind: 'floor', floor: '10' })
  expect(parse('set floor 5', 'main')).toEqual({ kind: 'floor', floor: '5' })
  expect(parse('5', 'main')).toBeNull()
  expect(parse('呼叫电梯到月球', 'main')).toBeNull()
})

test('choosing of several', () => {
  expect(parse('第二个', 'choosing')).toEqual({ kind: 'choose', place: 2 })
  expect(parse('1', 'choosing')).toEqual({ kind: 'choose', place: 1 })
  expect(parse('返回', 'choosing')).toEqual({ kind: 'back' })
  expect(parse('0', 'choosing')).toBeNull()
})

test('what is long, empty or strange is nothing', () => {
  for (const text of [
    '',
    '   ',
    '，。！',
    '开'.repeat(MOST + 1),
    '开门'.repeat(20),
    '\u0000',
    '__proto__',
    'constructor',
  ])
    for (const moment of ['main', 'ringing', 'choosing', 'playing'] as const)
      expect(parse(text, moment), text).toBeNull()
})

test('the night by the hour', () => {
  expect([21, 23, 0, 6].map((hour) => isNight('auto', hour))).toEqual([true, true, true, true])
  expect([7, 12, 20].map((hour) => isNight('auto', hour))).toEqual([false, false, false])
  expect(isNight('night', 12)).toBe(true)
  expect(isNight('day', 23)).toBe(false)
})
