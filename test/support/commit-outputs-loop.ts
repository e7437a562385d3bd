import { openOutputs, OUTPUTS } from '../../src/cli/replay-outputs.ts'

/** Commits a replay's outputs into a folder, each holding the text given. */
const [out = '', text = ''] = process.argv.slice(2)
const outputs = openOutputs(out)
for (const name of OUTPUTS) outputs.write(name, text)
outputs.commit()
