/**
 * Where every `npm run` command and `npx nexus` begin: `node tools/launch.mjs <command> [options]`.
 * Only syntax of old Nodes here, so that they too can say what is needed instead.
 */
import('./cli/src/launch/launch.mjs').then(
  ({ launch }) => launch(process.argv.slice(2)).then((status) => (process.exitCode = status)),
  (error) => {
    process.stderr.write(
      `nexus: cannot start on Node ${process.versions.node} (20.19 or later is needed): ${error.message}\n`,
    );
    process.exitCode = 2;
  },
);
