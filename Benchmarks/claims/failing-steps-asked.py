"""Which step of failed runs of agents is to blame (Who&When, algorithm-generated), by a model that reads each run at once.

    SONDE=PROGRAM SONDE_LLM_URL=ADDRESS python3 claims/failing-steps-asked.py DATA [EVERY]

Each run is one prompt for `knowledge ask`, without the true answer to its task, as in the published all-at-once protocol. A small model's
window holds about 9,000 characters of a run: longer runs lose the end of their longest messages. Of the 126 runs those are
asked whose number is divisible by EVERY (5). Prints how often step and agent are named, and the same for the label-free
features of `detect trace` on the same runs. Published for GPT-4o on all runs, step / agent: .135 / .511; at random .191 / .291.
"""
import csv
import json
import os
import re
import subprocess
import sys
import tempfile

LONGEST = 9000
QUESTION = """Several agents failed together at a task. Find the agent that made the decisive mistake, and the step at which it first made it.

Task: {task}

Conversation:
{steps}

Answer in two lines and nothing else:
Agent: (the name of the agent)
Step: (the number of the step)"""


def prompt(run):
    texts = [message["content"] or "" for message in run["history"]]
    limit = max(map(len, texts))
    while sum(min(len(text), limit) for text in texts) > LONGEST:
        limit = limit * 9 // 10
    steps = "\n".join(f"Step {number} - {message['name']}: {text[:limit]}"
                      for number, (message, text) in enumerate(zip(run["history"], texts)))
    return QUESTION.format(task=run["question"], steps=steps)


def sonde(lines, folder):
    run = subprocess.run([os.environ.get("SONDE", "sonde"), "-c", "\n".join(lines)], cwd=folder, capture_output=True, text=True)
    if run.returncode:
        sys.exit(run.stdout + run.stderr)
    return run.stdout


def main(data, every):
    folder = f"{os.path.abspath(data)}/who_and_when/Algorithm-Generated"
    numbers = [number for number in range(1, 127) if number % every == 0]
    runs = [json.load(open(f"{folder}/{number}.json")) for number in numbers]
    with tempfile.TemporaryDirectory() as here:
        if kept := os.environ.get("ANSWERS"):
            here = kept
        with open(f"{here}/prompts.csv", "w", newline="") as file:
            csv.writer(file).writerows([["number", "prompt"]] + [[n, prompt(run)] for n, run in zip(numbers, runs)])
        sonde(["prompts = load text prompts.csv --column prompt", "knowledge ask prompts | export --to answers.csv --overwrite"], here)
        answers = [row["answer"] for row in csv.DictReader(open(f"{here}/answers.csv"))]
    steps = agents = chance_step = chance_agent = 0
    for run, answer in zip(runs, answers):
        step = re.search(r"[Ss]tep[^0-9\n]*([0-9]+)", answer)
        agent = re.search(r"[Aa]gent[^:\n]*:\W*([\w ]+)", answer)
        steps += bool(step) and int(step[1]) == int(run["mistake_step"])
        agents += bool(agent) and agent[1].strip().lower() == run["mistake_agent"].lower()
        names = [message["name"] for message in run["history"]]
        chance_step += 1 / len(names)
        chance_agent += names.count(run["mistake_agent"]) / len(names)
    count = len(runs)
    print(f"{count} runs, step / agent: the model {steps / count:.3f} / {agents / count:.3f};"
          f" at random {chance_step / count:.3f} / {chance_agent / count:.3f}")
    print(sonde([
        "talk = load chats " + " ".join(f"{folder}/{number}.json" for number in numbers)
        + " --labels mistake_step,mistake_agent,mistake_reason,ground_truth,is_correct",
        "risk = detect trace talk",
        "evaluate trace risk --against talk.run.mistake_step --agent talk.run.mistake_agent --actor talk.name"], "."))


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 5)
