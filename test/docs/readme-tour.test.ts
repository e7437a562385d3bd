import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { copyOfRepository, REPOSITORY, startCommand } from '../support/assay-command.ts'
import { type RunningAssay, startAssay } from '../support/daemon.ts'
import { until } from '../support/until.ts'

const text = readFileSync(join(REPOSITORY, 'README.md'), 'utf8')
const tour = /## Five minutes with your own events\n([\s\S]*?)\n## /.exec(text)?.[1] ?? ''

/** A code block of the tour, the first or a later one of its language, without the list's indentation. */
function block(language: string, index = 0): string {
  const found = [...tour.matchAll(new RegExp(`\`\`\`${language}\\n([\\s\\S]*?)\`\`\``, 'g'))][index]?.[1]
  if (found === undefined) throw new Error(`the tour has no such block of ${language}`)
  return found.replaceAll(/^ {3}/gm, '')
}

describe('the tour of the README, word by word', () => {
  const repository = copyOfRepository()
  let assay: RunningAssay
  beforeAll(async () => {
    assay = await startAssay(join(repository.root, 'rules', 'assay.yaml'), { args: ['--no-demo'] })
  })
  afterAll(async () => {
    await assay?.kill()
    repository.remove()
  })

  const here = (written: string) => written.replaceAll('http://127.0.0.1:8686', assay.url)
  const get = async (path: string) => (await fetch(assay.url + path)).text()

  async function shell(line: string) {
    const path = `${REPOSITORY}/node_modules/.bin:${process.env['PATH'] ?? ''}`
    const command = startCommand('sh', ['-c', here(line)], { cwd: repository.root, env: { PATH: path } })
    const code = await command.ended
    return { code, out: command.out(), err: command.err() }
  }

  test('1 to 3: what curl and the SDK send is seen, gets a contract, and is planned', async () => {
    const sent = await shell(`${block('sh').trimEnd()} -w ' %{http_code}'`)
    expect(sent).toMatchObject({ code: 0, err: '' })
    expect(sent.out).toMatch(/ 200$/)

    writeFileSync(join(repository.root, 'send.mjs'), `${here(block('js'))}`)
    expect(await shell('node send.mjs')).toEqual({ code: 0, out: '', err: '' })
    const seen = await until('both to be seen', async () => {
      const { unplanned } = JSON.parse(await get('/api/v1/events'))
      return unplanned[0]?.received === 2 ? unplanned : undefined
    })
    expect(seen).toMatchObject([{ name: 'Ticket Bought', received: 2 }])

    const file = /rules\/domains\/[\w/-]+\.yaml/.exec(tour)?.[0] ?? ''
    const home = await until('the page to show it', async () => {
      const html = await get('/')
      return html.includes('id="stub-text-0"') ? html : undefined
    })
    const section = /\*\*See it\*\* on the page under \*([^*]+)\*/.exec(tour)?.[1] ?? '?'
    expect(home).toContain(`>${section}</h2>`)
    expect(home).toContain(`rules/domains/&lt;domain&gt;/events/${file.split('/').at(-1)}`)
    const stub = /<pre id="stub-text-0"[^>]*>([\s\S]*?)<\/pre>/.exec(home)?.[1] ?? ''
    expect(existsSync(join(repository.root, file))).toBe(false)
    writeFileSync(
      join(repository.root, file),
      stub.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&quot;', '"').replaceAll('&amp;', '&'),
    )
    const lint = /`(npm run -s assay -- lint)`/.exec(tour)?.[1] ?? ''
    expect(await shell(lint)).toMatchObject({ code: 0, err: '' })
    await until('it to be planned', async () => {
      const { events } = JSON.parse(await get('/api/v1/events'))
      return events.some(({ name }: { name: string }) => name === 'Ticket Bought')
    })
  })

  test('4: a price in quotes makes it invalid, and says why', async () => {
    const quoted = /send `("price":"19\.5")`/.exec(tour)?.[1] ?? ''
    const loop = block('sh', 1)
    expect(loop).toContain(quoted)
    expect(await shell(loop)).toMatchObject({ code: 0, err: '' })
    const event = await until('the records to be invalid', async () => {
      const answer = JSON.parse(await get('/api/v1/events/Ticket%20Bought'))
      return answer.invalid === 40 ? answer : undefined
    })
    expect(event).toMatchObject({ name: 'Ticket Bought', domain: 'growth', duplicates: 0 })
    await until('the page to say why', async () =>
      (await get('/events/Ticket%20Bought')).includes('string instead of number'),
    )
  })

  test('5: a receiver is tested', async () => {
    const line = /`(npm run -s assay -- receivers test NAME)`/.exec(tour)?.[1] ?? ''
    const tested = await shell(line.replace('NAME', 'screen'))
    expect(tested.code).toBe(0)
    expect(tested.out.toLowerCase()).toContain('test')
  })
})
