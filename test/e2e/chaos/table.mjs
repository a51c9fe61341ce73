/** The figures of a chaos run, as a Markdown table. */
const seconds = (milliseconds) => `${(milliseconds / 1000).toFixed(1)} s`;
const most = (list) => (list.length === 0 ? '–' : seconds(Math.max(...list)));

export const tableOf = (results) => {
  const lines = [
    '',
    '| killed | rounds | kills (while the flow ran) | wrong | back after, longest | flow took longer by, longest |',
    '|---|---|---|---|---|---|',
  ];
  for (const name of new Set(results.map(({ drill }) => drill))) {
    const own = results.filter(({ drill }) => drill === name);
    const kills = own.flatMap((each) => each.kills);
    const wrong = own.filter((each) => each.wrong.length > 0).length;
    const over = own.map((each) => each.over).filter((each) => each !== undefined);
    const during = kills.filter((kill) => kill.during).length;
    lines.push(
      `| ${name} | ${own.length} | ${kills.length} (${during}) | ${wrong} | ${most(kills.map(({ back }) => back))} | ${most(over)} |`,
    );
  }
  return lines.join('\n');
};
