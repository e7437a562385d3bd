import { describe, expect, it } from 'vitest'
import { DAY, MINUTE } from '../../../src/model/time.ts'
import { OTHER } from '../../../src/model/window.ts'
import { createInterner } from '../../../src/observe/windows/interner.ts'

const T = Date.UTC(2026, 0, 15, 10)
const names = () => createInterner().ofSource('web')
const dimensions = (platform: string | null, appVersion: string | null = null, library: string | null = null) => ({
  platform,
  appVersion,
  library,
})

describe('names of a source', () => {
  it('are one object a name, and of another source another', () => {
    const interner = createInterner()
    const web = interner.ofSource('web')
    expect(web.planned('Order')).toBe(interner.ofSource('web').planned('Order'))
    expect(web.planned('Order')).not.toBe(interner.ofSource('app').planned('Order'))
    expect(web.planned('Order')).not.toBe(web.unplanned('Order'))
    expect(web.undecodable('empty').key).toEqual({ source: 'web', kind: 'undecodable', event: 'empty' })
  })

  it('of events without a contract are 1,000, and one for all others', () => {
    const web = names()
    for (let n = 0; n < 10_000; n++) web.unplanned(`event ${n}`)
    expect(web.unplanned('event 999').key.event).toBe('event 999')
    expect(web.unplanned('event 1000').key.event).toBe(OTHER)
    expect(web.unplanned('event 9999')).toBe(web.unplanned('event 1000'))
    expect(web.planned('event 9999').key.event).toBe('event 9999')
  })

  it('of events are hidden where they look private, and those that then look alike are one', () => {
    const web = names()
    expect(web.unplanned('Login jane@example.org').key.event).toBe('Login ‹email›')
    for (let n = 0; n < 2_000; n++) web.unplanned(`Login user${n}@example.org`)
    expect(web.unplanned('Login late@example.org')).toBe(web.unplanned('Login jane@example.org'))
  })

  it('of events without a contract are admitted anew after two weeks where there was no more room', () => {
    const web = names()
    const at = (arrivedAt: number, from: number) => {
      web.reached(arrivedAt)
      web.renew()
      for (let n = from; n < from + 2_000; n++) web.unplanned(`event ${n}`)
      return web.unplanned(`event ${from + 1}`).key.event
    }
    expect([at(T, 0), at(T + 13 * DAY, 5_000), at(T + 14 * DAY, 9_000)]).toEqual(['event 1', OTHER, 'event 9001'])
  })

  it('are those that were stored first, when it is told of them', () => {
    const web = names()
    web.seed(['first', 'second'])
    for (let n = 0; n < 2_000; n++) web.unplanned(`event ${n}`)
    expect(web.unplanned('second').key.event).toBe('second')
    expect(web.unplanned('event 999').key.event).toBe(OTHER)
  })
})

describe('facets of a series', () => {
  it('are one object a combination, also for dimensions that are another object', () => {
    const series = names().planned('Order')
    const facet = series.facet(dimensions('ios', '4.3.0', 'analytics-ios'))
    expect(facet).toEqual({ platform: 'ios', appVersion: '4.3.0', library: 'analytics-ios', partition: null })
    expect(series.facet(dimensions('ios', '4.3.0', 'analytics-ios'))).toBe(facet)
    expect(series.facet(dimensions(null))).toEqual({ platform: null, appVersion: null, library: null, partition: null })
  })

  it('have 64 values a dimension, and one for all others', () => {
    const series = names().planned('Order')
    for (let n = 0; n < 500; n++) series.facet(dimensions('ios', `1.0.${n}`))
    expect(series.facet(dimensions('ios', '1.0.63')).appVersion).toBe('1.0.63')
    expect(series.facet(dimensions('ios', '1.0.64'))).toBe(series.facet(dimensions('ios', '1.0.499')))
    expect(series.facet(dimensions('ios', '1.0.64')).appVersion).toBe(OTHER)
    expect(series.facet(dimensions('ios', null)).appVersion).toBeNull()
  })

  it('are admitted anew after a week where there was no more room, and not before', () => {
    const series = names().planned('Order')
    const version = (of: string) => series.facet(dimensions('ios', of)).appVersion
    series.renew(T)
    version('1.0')
    series.renew(T + 30 * DAY)
    for (let n = 0; n < 100; n++) version(`2.${n}`)
    expect([version('1.0'), version('2.99')]).toEqual(['1.0', OTHER])
    series.renew(T + 31 * DAY)
    expect([version('2.99'), version('1.0')]).toEqual(['2.99', '1.0'])
    for (let n = 0; n < 100; n++) {
      version(`3.${n}`)
      series.finding('violation', `/p${n}`, 'type', 'm')
    }
    series.renew(T + 37 * DAY)
    expect(version('3.99')).toBe(OTHER)
    series.renew(T + 38 * DAY)
    expect(version('3.99')).toBe('3.99')
  })

  it('are 1,000 combinations and a little more, whatever the values', () => {
    const series = names().planned('Order')
    const made = new Set<object>()
    for (let n = 0; n < 60_000; n++) {
      made.add(series.facet(dimensions(`p${n % 64}`, `${Math.floor(n / 64) % 64}`, `l${Math.floor(n / 4_096)}`)))
    }
    expect(made.size).toBeLessThanOrEqual(1_001)
    expect(new Set([...made].map((facet) => JSON.stringify(facet))).size).toBe(made.size)
  })

  it('hide values that look private, but take a version for a version', () => {
    const series = names().planned('Order')
    expect(series.facet(dimensions('jane@example.org', '4.3.0.1', '203.0.113.7'))).toMatchObject({
      platform: '‹email›',
      appVersion: '4.3.0.1',
      library: '‹ip›',
    })
    expect(series.facet(dimensions('joe@example.org', '4.3.0.1', '203.0.113.8'))).toBe(
      series.facet(dimensions('jane@example.org', '4.3.0.1', '203.0.113.7')),
    )
  })

  it('by partition stand alone', () => {
    const series = names().planned('Order')
    expect(series.partition('0')).toEqual({ platform: null, appVersion: null, library: null, partition: '0' })
    expect(series.partition('0')).toBe(series.partition('0'))
    for (let n = 0; n < 5_000; n++) series.partition(`${n}`)
    expect(series.partition('4999').partition).toBe(OTHER)
    expect(series.partition('4998')).toBe(series.partition('4999'))
  })
})

describe('findings of a series', () => {
  it('are 200 of a kind, and one for all others of it', () => {
    const series = names().planned('Order')
    const all = new Set<object>()
    for (let n = 0; n < 5_000; n++) all.add(series.finding('unplanned_property', `/p${n}`, '', ''))
    expect(all.size).toBe(201)
    expect(series.finding('unplanned_property', '/p4999', '', '')).toMatchObject({ path: OTHER })
    expect(series.finding('violation', '/q', 'type', 'x')).toMatchObject({ kind: 'violation', path: '/q' })
    expect(series.finding('unfilled', '/q', '', '').path).toBe('/q')
    expect(series.finding('unplanned_property', '/p7', '', '').path).toBe('/p7')
  })

  it('are hidden and cut, and those that then look alike are one', () => {
    const series = names().planned('Order')
    const found = series.finding('unplanned_property', '/jane@example.org', '', '')
    expect(found.path).toBe('/‹email›')
    expect(series.finding('unplanned_property', '/joe@example.org', '', '')).toBe(found)
    const long = series.finding('violation', `/${'x'.repeat(100_000)}`, 'type', 'm')
    expect(long.path.length).toBeLessThanOrEqual(201)
  })
})

describe('room in quarantine', () => {
  it('is for 100 of a fault and minute', () => {
    const series = names().planned('Order')
    const fault = series.finding('violation', '/a', 'type', 'm')
    const other = series.finding('violation', '/b', 'type', 'm')
    const admitted = (at: number, of = fault) =>
      Array.from({ length: 250 }, () => series.admits(of, at)).filter(Boolean).length
    expect(admitted(T)).toBe(100)
    expect(admitted(T + MINUTE)).toBe(100)
    expect(admitted(T + MINUTE - 1)).toBe(0)
    expect(admitted(T, other)).toBe(100)
    expect(admitted(0, undefined)).toBe(0)
  })

  it('is given back by a batch that is discarded, and kept by one that is committed', () => {
    const web = names()
    const series = web.undecodable('empty')
    for (let n = 0; n < 60; n++) series.admits(null, T)
    web.commit()
    const admitted = () => Array.from({ length: 100 }, () => series.admits(null, T)).filter(Boolean).length
    expect(admitted()).toBe(40)
    web.discard()
    expect(admitted()).toBe(40)
    web.commit()
    web.discard()
    expect(admitted()).toBe(0)
  })
})
