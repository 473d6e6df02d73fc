// In development: reloads the page once a restarted server is back.
let revision: string | undefined;

function connect(): void {
  const source = new EventSource("/_frsh/alive");
  source.onmessage = ({ data }) => {
    if (revision !== undefined && revision !== data) location.reload();
    revision = data;
  };
  source.onerror = () => {
    source.close();
    setTimeout(connect, 300);
  };
}

connect();
