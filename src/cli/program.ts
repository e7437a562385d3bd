import { Command, Option } from 'commander'
import { Failure } from '../model/failure.ts'
import { explainFailure } from './explain-failure.ts'
import { GENERATED, type GeneratedKind } from './generated.ts'
import type { ExitCode, Io } from './io.ts'
import { budget, days, port } from './option-values.ts'
import { version } from './version.ts'

const EXITS =
  '\nExit codes: 0 nothing wrong, 1 what was checked is wrong, 2 input or configuration is bad, 3 Assay itself failed.'

/** Runs one command line and answers its exit code. Never throws. */
export async function runProgram(argv: readonly string[], io: Io): Promise<ExitCode> {
  let code: ExitCode = 0
  const done = (work: Promise<ExitCode>): Promise<void> =>
    work.then((answer) => {
      code = answer
    })
  try {
    await program(io, done).parseAsync([...argv], { from: 'user' })
    return code
  } catch (error) {
    return explainFailure(error, io)
  }
}

/** Each command is loaded when it is asked for: a daemon carries no other, and `--help` answers soon. */
function program(io: Io, done: (work: Promise<ExitCode>) => Promise<void>): Command {
  const root = new Command('assay')
    .description('Watches event data for the teams that own it.')
    .version(version())
    .exitOverride()
    .configureOutput({ writeOut: io.out, writeErr: io.err })
    .showHelpAfterError('(assay --help lists the commands)')
    .addHelpText('after', `${EXITS}\n`)
  const config = () => new Option('--config <file>', 'the configuration').default('rules/assay.yaml')
  const json = () => new Option('--json', 'print JSON instead of a table').default(false)
  const command = (name: string, summary: string, examples: readonly string[]): Command =>
    root
      .command(name)
      .description(summary)
      .addHelpText('after', `\nExamples:\n${examples.map((example) => `  $ ${example}`).join('\n')}\n${EXITS}`)

  command('run', 'Watch: collect, judge, alert, serve. Ctrl-C stops.', [
    'assay run',
    'assay run --config rules/assay.yaml --no-demo',
  ])
    .addOption(config())
    .option('--no-demo', 'leave out sources of type demo')
    .option('--port <port>', 'instead of http.port', port)
    .action((options) => done(import('./run.ts').then(({ run }) => run(options, io))))
  command('demo', 'Watch the demo shop alone, on a store in memory, beside nothing of yours.', [
    'assay demo',
    'assay demo --port 9000',
    'assay demo --days 21    (begins with three weeks of a smaller shop, told in a minute or two)',
  ])
    .addOption(config())
    .option('--port <port>', 'instead of http.port', port)
    .option('--days <days>', 'of history, with a silent event and a drop on one platform in the last two', days)
    .action((options) =>
      done(import('./run.ts').then(({ run }) => run({ ...options, demo: true, onlyDemo: true }, io))),
    )
  command('lint', 'Check the configuration, contracts and SLOs; every problem with file, line and column.', [
    'assay lint',
    'assay lint --json',
  ])
    .addOption(config())
    .addOption(json())
    .action((options) => done(import('./lint.ts').then(({ lint }) => lint(options, io))))
  command('check', 'Hold payloads against the plan, a line per payload. Exit 1 when one is not valid.', [
    'assay check events.ndjson',
    'assay check --source web archive/*.ndjson.gz --json',
    'tail -n 100 events.ndjson | assay check -',
  ])
    .argument('<files...>', 'NDJSON, gzipped NDJSON, a JSON document; - for standard input')
    .addOption(config())
    .option('--source <id>', 'the source whose format the files have')
    .addOption(json())
    .action((files, options) => done(import('./check.ts').then(({ check }) => check({ ...options, files }, io))))
  command('replay', 'Run the whole pipeline over archives on the data’s own clock; sends nothing unless told to.', [
    'assay replay data/2026-10-*.ndjson.gz --out october',
    'assay replay events.ndjson --source web --out result --fail-on page',
  ])
    .argument('<files...>', 'NDJSON or gzipped NDJSON; a folder: every such file below it')
    .requiredOption('--out <folder>', 'where verdicts, incidents, notifications, quarantine and metrics are written')
    .addOption(config())
    .option('--source <id>', 'the source whose id and format the files take')
    .option('--store <file>', 'keep the windows in this SQLite file instead of in memory')
    .addOption(
      new Option('--verdicts <which>', 'which verdicts are written').choices(['changes', 'all']).default('changes'),
    )
    .addOption(new Option('--fail-on <severity>', 'exit 1 when such an incident opened').choices(['page', 'ticket']))
    .option('--deliver', 'send the notifications', false)
    .action((files, options) => done(import('./replay.ts').then(({ replay }) => replay({ ...options, files }, io))))
  command(
    'status',
    'Sources, SLOs and incidents as the store has them; with a name, why a rule does or doesn’t fire.',
    ['assay status', 'assay status order-completed-validity', 'assay status checkout --json'],
  )
    .argument('[name]', 'an SLO, an event or a domain')
    .addOption(config())
    .addOption(json())
    .action((name, options) =>
      done(import('./status.ts').then(({ status }) => status({ ...options, name: name ?? null }, io))),
    )
  command('slo', 'One SLO: its rows, what they see now, and what it can see at its real traffic.', [
    'assay slo order-completed-validity',
  ])
    .argument('<name>')
    .addOption(config())
    .addOption(json())
    .action((name, options) => done(import('./slo.ts').then(({ showSlo }) => showSlo({ ...options, name }, io))))
  command('backtest', 'What the volume detector would have raised over past counts: an alarm a line.', [
    'assay backtest --counts orders.csv --zone Europe/Berlin',
    'assay backtest --counts orders.csv --false-alarms-per-week 0.5 --json',
    'assay backtest    (the store’s own history, at several budgets, to choose one)',
    'psql -f hourly.sql --csv | assay backtest --counts -',
  ])
    .option('--counts <file>', 'CSV with the header series,at,count,total; gzipped CSV; - for standard input')
    .option('--zone <zone>', 'where local civil time of the file is taken (default: UTC)')
    .option('--false-alarms-per-week <number>', 'the budget for the whole file (default: 1)', budget)
    .addOption(config())
    .addOption(json())
    .action((options) => done(import('./backtest.ts').then(({ backtest }) => backtest(options, io))))
  command('scorecard', 'A month’s trust scorecard: SLOs, budgets, incidents and coverage by domain.', [
    'assay scorecard --month 2026-10',
    'assay scorecard --month 2026-10 --format html --out october.html',
    'assay scorecard --month 2026-10 --domain checkout --format json',
  ])
    .option('--month <month>', 'such as 2026-10; left out: the month before this one')
    .option('--domain <domain>', 'this domain alone')
    .addOption(new Option('--format <format>', 'how it is written').choices(['md', 'html', 'json']).default('md'))
    .option('--json', 'the same as --format json')
    .option('--out <file>', 'write it there instead of printing it')
    .option('--rebuild', 'work it out anew from the store, though it is frozen', false)
    .addOption(config())
    .action((options) =>
      done(
        import('./scorecard.ts').then(({ scorecard }) =>
          scorecard(options.json === true ? { ...options, format: 'json' } : options, io),
        ),
      ),
    )
  command('reload', 'Have the running daemon read its configuration again.', ['assay reload'])
    .addOption(config())
    .action((options) => done(import('./reload.ts').then(({ reload }) => reload(options, io))))
  const generator = root
    .command('generate')
    .description('Files made from the rules, to be kept with them: the same rules, the same bytes.')
  const generated: Readonly<Record<GeneratedKind, string>> = {
    prometheus: 'Recording rules, burn-rate alerts and alerts about Assay itself, for Prometheus.',
    dashboards: 'Grafana dashboards, with the files that provision them.',
  }
  for (const kind of Object.keys(generated) as GeneratedKind[]) {
    generator
      .command(kind)
      .description(generated[kind])
      .addOption(config())
      .option('--out <folder>', `instead of ${GENERATED[kind]}`)
      .option('--check', 'write nothing; exit 1 and name the files that are not what the rules say', false)
      .addHelpText(
        'after',
        `\nExamples:\n  $ assay generate ${kind}\n  $ assay generate ${kind} --check    # in CI\n${EXITS}`,
      )
      .action((options) => done(import('./generate.ts').then(({ generate }) => generate({ ...options, kind }, io))))
  }
  for (const kind of ['openslo', 'docs', 'dbt']) {
    generator.command(kind, { hidden: true }).action(() => {
      throw new Failure('bad_input', `Assay doesn't generate ${kind} yet.`, {
        remedy: `This version generates ${Object.keys(GENERATED).join(' and ')}.`,
      })
    })
  }
  const volume = root.command('volume').description('What volume alarms go by.')
  volume
    .command('accept')
    .description('Take what the open volume alarms of an event or a table found for its new normal.')
    .argument('<event>', 'an event or a table with a volume SLO, by name or slug')
    .option('--series <series>', 'this series alone, as status --json names it; left out: all of them')
    .option('--note <text>', 'why, for those who ask later')
    .option('--at <time>', 'ISO 8601; it holds from the end of the hour that this lies in (default: now)')
    .addOption(config())
    .addOption(json())
    .addHelpText(
      'after',
      `\nExamples:\n  $ assay volume accept "Order Completed" --note "the price test ended"\n  $ assay volume accept order-completed --series "Order Completed · on · ios"\n${EXITS}`,
    )
    .action((name, options) =>
      done(import('./volume-accept.ts').then(({ volumeAccept }) => volumeAccept({ ...options, name }, io))),
    )
  const receivers = root.command('receivers').description('The receivers of alerts.')
  receivers
    .command('test')
    .description('Send a test, labelled as one, and print what the receiver answered.')
    .argument('<name>')
    .addOption(config())
    .addOption(json())
    .addHelpText('after', `\nExamples:\n  $ assay receivers test payments-pagerduty\n${EXITS}`)
    .action((name, options) =>
      done(import('./receivers.ts').then(({ receiversTest }) => receiversTest({ ...options, name }, io))),
    )
  return root
}
