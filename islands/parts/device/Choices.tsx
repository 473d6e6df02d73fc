// One of several, taken as soon as it is chosen. Until the page knows what was chosen, none can be.

type ChoicesProps<Choice extends string> = {
  name: string;
  title: string;
  choices: Readonly<Record<Choice, string>>;
  chosen: Choice | undefined;
  choose: (choice: Choice) => void;
};

export function Choices<Choice extends string>(props: ChoicesProps<Choice>) {
  const { name, title, choices, chosen, choose } = props;
  return (
    <fieldset class="choices" disabled={chosen === undefined}>
      <legend>{title}</legend>
      {Object.entries<string>(choices).map(([choice, word]) => (
        <label key={choice} class="choice">
          <input
            type="radio"
            name={name}
            checked={choice === chosen}
            onChange={() =>
              choose(choice as Choice)}
          />
          <span>{word}</span>
        </label>
      ))}
    </fieldset>
  );
}
